-- history: the events of a task, oldest first, and its calls.
-- ARGV[3] id
-- Returns {'ok', submitted ms, {event, …}, {call field, value, …}} or {'missing'}.
local id = ARGV[3]
local submitted = redis.call('HGET', task_key(id), 'u')
if not submitted then
    return {'missing'}
end
return {'ok', submitted, redis.call('LRANGE', history_key(id), 0, -1),
    redis.call('HGETALL', calls_key(id))}
