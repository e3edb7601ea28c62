-- cancel: ends an open task as FAILURE CANCELLED, now. A call in flight is left to finish.
-- Returns {'ok', state before} or {'missing'} or {'conflict', state}.
if not visible(id, caller, all) then
    return {'missing'}
end
local task = task_of(id)
local state = task.state
if is_terminal(state) then
    return {'conflict', state}
end
if calls.count(task) > 0 then
    tasks.raise_bill(task, 'unknown')
end
end_task(task, false, 'CANCELLED', reason, 'cancelled')
write_back()
return {'ok', state}
