-- lost: the outcome of a call is unknowable. Its slot stays taken until its deadline, unless the
-- call is surely over.
-- ARGV[3] id  [4] attempt  [5] nonce  [6] call index  [7] why  [8] repeats that the policy allows
--     [9] 1 if it is over
-- Returns {'ok', 1 if its pictures may be asked for again, else 0}, the same when asked again, or
-- {'stale'}. After the task's deadline nothing may be asked for again.
local id, index = ARGV[3], ARGV[6]
if not holds(id, ARGV[4], ARGV[5]) then
    return {'stale'}
end
local text = redis.call('HGET', calls_key(id), 'm' .. index)
if not text then
    return {'stale'}
end
local marker = parse_marker(text)
if marker.state == 'lost' or marker.state == 'repeated' then
    return {'ok', marker.state == 'repeated' and 1 or 0}
end
if marker.state ~= 'in_flight' then
    return {'stale'}
end
local again = 0
local task = redis.call('HMGET', task_key(id), 'g', 'd')
if tonumber(task[1] or '0') < tonumber(ARGV[8]) and now <= tonumber(task[2]) then
    redis.call('HINCRBY', task_key(id), 'g', 1)
    again = 1
end
marker.state = again == 1 and 'repeated' or 'lost'
write_marker(id, index, marker)
judge_backend(marker.slot, id .. ':' .. index, 'bad')
if ARGV[9] == '1' then
    redis.call('ZREM', slot_key(marker.slot), id .. ':' .. index)
    announce_room()
end
raise_bill(id, 'unknown')
if count_calls(id) == 0 then
    redis.call('HSET', task_key(id), 's', 'leased')
end
extend_lease(id)
add_event(id, 'outcome unknown at ' .. marker.slot .. ': ' .. ARGV[7])
return {'ok', again}
