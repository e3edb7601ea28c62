-- adopt: a late paid answer whose worker lost its lease. We paid, so we deliver: it wins, and the
-- newer lease is revoked, iff the task is open and no newer call of it is in flight.
-- Returns {'ok'}; or {'ended'} or {'conflict'}: then only the answer, its cost and the free slot
-- are recorded; or {'missing'}.
local task = task_of(id)
local state = task.state
if not state then
    return {'missing'}
end
if not tasks.record_answer(task, index, answer, cost_micros) then
    return {is_terminal(state) and 'ended' or 'conflict'}
end
add_event(task, 'answered_late|' .. index)
local word = 'ok'
if is_terminal(state) then
    word = 'ended'
elseif calls.count(task) > 0 then
    word = 'conflict'
else
    if state == 'queued' then
        queues.leave(task)
    end
    redis.call('ZREM', keys.delay, task.id)
    tasks.requeue(task, 'storing')
end
write_back()
return {word}
