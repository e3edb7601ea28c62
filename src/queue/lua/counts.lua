-- counts: how many tasks of one caller wait, run, and ask for an answer.
-- ARGV[3] caller
-- Returns {'ok', waiting, running, modal}. Of those that are delayed or ask, everybody's, it looks
-- at the first thousand.
local function mine_in(key)
    local mine = 0
    for _, id in ipairs(redis.call('ZRANGE', key, 0, 999)) do
        mine = mine + (visible(id, ARGV[3], '0') and 1 or 0)
    end
    return mine
end
return {'ok', waiting_of(ARGV[3]) + mine_in(delay_key),
    redis.call('SCARD', running_key(ARGV[3])), mine_in(modal_key)}
