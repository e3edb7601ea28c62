-- history: the events of a task, oldest first, and its calls.
-- ARGV[3] id
-- Returns {'ok', submitted ms, {event, …}, {call field, value, …}} or {'missing'}.
local id = ARGV[3]
if redis.call('EXISTS', task_key(id)) == 0 then
    return {'missing'}
end
return {'ok', submitted_at(id), redis.call('LRANGE', history_key(id), 0, -1),
    redis.call('HGETALL', calls_key(id))}
