-- outbox_release: head events could not be tried, and are due again after a delay. Counts as no try.
-- ARGV[3...] the events, each: [1] id  [2] nonce  [3] delay ms
-- Returns {'ok', verdicts}, a verdict being {'ok'} or {'stale'}.
local function give_back(at)
    local id = ARGV[at]
    local lease = redis.call('HMGET', task_key(id), 'on', 'oa')
    if ARGV[at + 1] == '' or lease[1] ~= ARGV[at + 1] then
        return {'stale'}
    end
    -- A newer event takes the place of one that failed before, as in post().
    if tonumber(lease[2] or '0') > 0 and redis.call('LLEN', outbox_key(id)) > 1 then
        settle_head(id, lease[2])
        return {'ok'}
    end
    redis.call('HSET', task_key(id), 'on', '')
    gather('ZADD', due_key, moment(tonumber(ARGV[at + 2])), id)
    return {'ok'}
end

return answer_each(3, give_back)
