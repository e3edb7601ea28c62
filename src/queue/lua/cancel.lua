-- cancel: ends an open task as FAILURE CANCELLED, now. A call in flight is left to finish.
-- ARGV[3] id  [4] caller  [5] sees all 0/1  [6] reason
-- Returns {'ok', state before} or {'missing'} or {'conflict', state}.
local id = ARGV[3]
if not visible(id, ARGV[4], ARGV[5]) then
    return {'missing'}
end
local state = redis.call('HGET', task_key(id), 's')
if is_terminal(state) then
    return {'conflict', state}
end
if count_calls(id) > 0 then
    raise_bill(id, 'unknown')
end
end_task(id, false, 'CANCELLED', ARGV[6], 'cancelled')
return {'ok', state}
