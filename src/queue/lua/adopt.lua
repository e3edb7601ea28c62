-- adopt: a late paid answer whose worker lost its lease. We paid, so we deliver: it wins, and the
-- newer lease is revoked, iff the task is open and no newer call of it is in flight.
-- ARGV[3] id  [4] call index  [5] answer  [6] cost micros
-- Returns {'ok'}; or {'ended'} or {'conflict'}: then only the answer, its cost and the free slot
-- are recorded; or {'missing'}.
local id, index = ARGV[3], ARGV[4]
local task = redis.call('HMGET', task_key(id), 's', 'c', 'ql')
local state, caller = task[1], task[2]
if not state then
    return {'missing'}
end
if not record_answer(id, index, ARGV[5], ARGV[6]) then
    return {is_terminal(state) and 'ended' or 'conflict'}
end
add_event(id, 'late answer of call ' .. index)
if is_terminal(state) then
    return {'ended'}
end
if count_calls(id) > 0 then
    return {'conflict'}
end
if state == 'queued' then
    leave_lane(id, task[3], caller)
end
redis.call('ZREM', delay_key, id)
requeue(id, caller, 'storing')
return {'ok'}
