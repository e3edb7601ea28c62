-- history: the events of a task, oldest first, and its calls.
-- Returns {'ok', submitted ms, {event, …}, {call field, value, …}} or {'missing'}.
if redis.call('EXISTS', keys.task(id)) == 0 then
    return {'missing'}
end
return {'ok', tasks.submitted_at(id), redis.call('LRANGE', keys.history(id), 0, -1),
    redis.call('HGETALL', keys.calls(id))}
