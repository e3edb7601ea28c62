-- outbox_failed: a delivery failed. A newer event takes its place at once; else it is tried again
-- after the delay; without a delay it is given up, and a terminal event becomes a dead letter.
-- Returns {'ok'} or {'stale'}.
local task = task_of(id)
if nonce == '' or task.outbox_nonce ~= nonce then
    return {'stale'}
end
set(task, 'outbox_nonce', '')
add_event(task, event)
if redis.call('LLEN', keys.outbox(id)) > 1 then
    redis.call('LPOP', keys.outbox(id))
    set(task, 'outbox_tries', '0')
    outbox.make_due(id, task.caller, stamp)
    hint('c')
elseif delay_ms ~= '' then
    set(task, 'outbox_tries', tonumber(task.outbox_tries or '0') + 1)
    outbox.make_due(id, task.caller, moment(tonumber(delay_ms)))
else
    local status = outbox.status_of(redis.call('LPOP', keys.outbox(id)) or '')
    set(task, 'outbox_tries', '0')
    outbox.owe_nothing(id, task.caller)
    if status == 'SUCCESS' or status == 'FAILURE' then
        redis.call('ZADD', keys.dead, now, id)
        add_event(task, 'callback_given_up|' .. status)
    end
end
write_back()
return {'ok'}
