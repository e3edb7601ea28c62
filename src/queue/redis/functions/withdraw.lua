-- withdraw: takes back a submit whose caller was told "unavailable" although it had happened.
-- Returns {'ok', 'none' | 'withdrawn' | 'started'}. A task that no worker has touched, and that no
-- callback has told of, leaves no trace; one that was started is left alone (its call may be paid).
local id = submits.find_marked(caller, mark, given, since_ms)
if not id then
    return {'ok', 'none'}
end
local task = task_of(id)
local attempt = task.attempt or '0'
local told = task.hook == '1'
    and (redis.call('EXISTS', keys.outbox(id)) == 0
        or (task.outbox_nonce and task.outbox_nonce ~= ''))
if task.state == 'queued' and attempt == '0' then
    queues.leave(task)
elseif task.state ~= 'modal' and not (task.state == 'success' and attempt == '0' and not told) then
    return {'ok', 'started'}
end
redis.call('ZREM', keys.modal, id)
redis.call('ZREM', keys.done, id)
redis.call('ZREM', keys.due(task.caller), id)
redis.call('ZREM', keys.old_due, id)
task_index.drop(caller, id)
redis.call('DEL', keys.task(id), keys.submission(id), keys.view(id), keys.calls(id),
    keys.history(id), keys.outbox(id))
if submits.known(caller, hash, '') == id then
    redis.call('DEL', keys.idempotency(caller, hash))
end
return {'ok', 'withdrawn'}
