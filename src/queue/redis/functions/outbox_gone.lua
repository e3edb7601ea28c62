-- outbox_gone: the receiver answered 410: it wants no more of this task. Nothing of it is owed any
-- longer, and no later event is queued (hk becomes 2; a replay by a person is still possible).
-- Returns {'ok'} or {'stale'}.
local task = task_of(id)
if nonce == '' or task.outbox_nonce ~= nonce then
    return {'stale'}
end
redis.call('DEL', keys.outbox(id))
outbox.owe_nothing(id, task.caller)
set(task, 'outbox_nonce', '')
set(task, 'outbox_tries', '0')
set(task, 'hook', '2')
add_event(task, event)
write_back()
return {'ok'}
