-- outbox_replay: the terminal event of an ended task is due again, under its old event id.
-- Returns {'ok'}, {'missing'} or {'conflict'} (not ended, no hook, or still owed).
local task = redis.call('HMGET', keys.task(id), task_field.state, task_field.hook,
    task_field.end_sequence, task_field.caller)
if not task[1] then
    return {'missing'}
end
if not is_terminal(task[1]) or not task[2] or outbox.due_at(id, task[4]) then
    return {'conflict'}
end
local dead = redis.call('ZREM', keys.dead, id) == 1
if who ~= '' then
    tell_action(who, 'callback:' .. id, dead and 'dead' or 'settled', 'due')
end
redis.call('HSET', keys.task(id), task_field.outbox_tries, 0, task_field.outbox_nonce, '')
redis.call('RPUSH', keys.outbox(id),
    task[3] .. '|' .. (task[1] == 'success' and 'SUCCESS' or 'FAILURE') .. '|100%')
outbox.make_due(id, task[4], stamp)
hint('c')
write_back()
return {'ok'}
