-- outbox_failed: a delivery failed. A newer event takes its place at once; else it is tried again
-- after the delay; without a delay it is given up, and a terminal event becomes a dead letter.
-- ARGV[3] id  [4] nonce  [5] delay ms or ''  [6] note for the history
-- Returns {'ok'} or {'stale'}.
local id = ARGV[3]
local key = task_key(id)
if ARGV[4] == '' or redis.call('HGET', key, 'on') ~= ARGV[4] then
    return {'stale'}
end
redis.call('HSET', key, 'on', '')
add_event(id, ARGV[6])
if redis.call('LLEN', outbox_key(id)) > 1 then
    redis.call('LPOP', outbox_key(id))
    redis.call('HSET', key, 'oa', 0)
    redis.call('ZADD', due_key, now, id)
    redis.call('PUBLISH', hint_channel, 'c')
elseif ARGV[5] ~= '' then
    redis.call('HINCRBY', key, 'oa', 1)
    redis.call('ZADD', due_key, now + tonumber(ARGV[5]), id)
else
    local status = status_of(redis.call('LPOP', outbox_key(id)) or '')
    redis.call('HSET', key, 'oa', 0)
    redis.call('ZREM', due_key, id)
    if status == 'SUCCESS' or status == 'FAILURE' then
        redis.call('ZADD', dead_key, now, id)
        add_event(id, 'dead letter: ' .. status)
    end
end
return {'ok'}
