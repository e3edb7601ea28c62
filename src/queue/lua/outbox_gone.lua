-- outbox_gone: the receiver answered 410: it wants no more of this task. Nothing of it is owed any
-- longer, and no later event is queued (hk becomes 2; a replay by a person is still possible).
-- ARGV[3] id  [4] nonce  [5] note for the history
-- Returns {'ok'} or {'stale'}.
local id = ARGV[3]
local task = task_of(id)
if ARGV[4] == '' or task.on ~= ARGV[4] then
    return {'stale'}
end
redis.call('DEL', outbox_key(id))
owe_nothing(id, task.c)
set(task, 'on', '')
set(task, 'oa', '0')
set(task, 'hk', '2')
add_event(task, ARGV[5])
write_back()
return {'ok'}
