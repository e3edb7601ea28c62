-- outbox_gone: the receiver answered 410: it wants no more of this task. Nothing of it is owed any
-- longer, and no later event is queued (hk becomes 2; a replay by a person is still possible).
-- ARGV[3] id  [4] nonce  [5] note for the history
-- Returns {'ok'} or {'stale'}.
local id = ARGV[3]
if ARGV[4] == '' or redis.call('HGET', task_key(id), 'on') ~= ARGV[4] then
    return {'stale'}
end
redis.call('DEL', outbox_key(id))
redis.call('ZREM', due_key, id)
redis.call('HSET', task_key(id), 'on', '', 'oa', 0, 'hk', 2)
add_event(id, ARGV[5])
return {'ok'}
