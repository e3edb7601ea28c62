-- cancel: ends an open task as FAILURE CANCELLED, now. A call in flight is left to finish.
-- ARGV[3] id  [4] caller  [5] sees all 0/1  [6] reason
-- Returns {'ok', state before} or {'missing'} or {'conflict', state}.
local id = ARGV[3]
if not visible(id, ARGV[4], ARGV[5]) then
    return {'missing'}
end
local task = task_of(id)
local state = task.s
if is_terminal(state) then
    return {'conflict', state}
end
if count_calls(task) > 0 then
    raise_bill(task, 'unknown')
end
end_task(task, false, 'CANCELLED', ARGV[6], 'cancelled')
write_back()
return {'ok', state}
