-- outbox_delivered: the head event of a task is settled; the next one is due now.
-- ARGV[3] id  [4] nonce  [5] note for the history, or ''
-- Returns {'ok'} or {'stale'}.
local id = ARGV[3]
if ARGV[4] == '' or redis.call('HGET', task_key(id), 'on') ~= ARGV[4] then
    return {'stale'}
end
redis.call('LPOP', outbox_key(id))
redis.call('HSET', task_key(id), 'on', '', 'oa', 0)
if redis.call('LLEN', outbox_key(id)) > 0 then
    redis.call('ZADD', due_key, now, id)
    redis.call('PUBLISH', hint_channel, 'c')
else
    redis.call('ZREM', due_key, id)
end
if ARGV[5] ~= '' then
    add_event(id, ARGV[5])
end
return {'ok'}
