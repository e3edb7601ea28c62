-- counts: how many tasks of one caller wait, run, and ask for an answer.
-- Returns {'ok', waiting, running, modal}. Of those that are delayed or ask, everybody's, it looks
-- at the first thousand.
local function mine_in(key)
    local mine = 0
    for _, id in ipairs(redis.call('ZRANGE', key, 0, 999)) do
        mine = mine + (visible(id, caller, '0') and 1 or 0)
    end
    return mine
end
return {'ok', submits.waiting_of(caller) + mine_in(keys.delay),
    redis.call('SCARD', keys.running(caller)), mine_in(keys.modal)}
