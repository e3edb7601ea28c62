-- adopt: a late paid answer whose worker lost its lease. We paid, so we deliver: it wins, and the
-- newer lease is revoked, iff the task is open and no newer call of it is in flight.
-- ARGV[3] id  [4] call index  [5] answer  [6] cost micros
-- Returns {'ok'}; or {'ended'} or {'conflict'}: then only the answer, its cost and the free slot
-- are recorded; or {'missing'}.
local index = ARGV[4]
local task = task_of(ARGV[3])
local state = task.s
if not state then
    return {'missing'}
end
if not record_answer(task, index, ARGV[5], ARGV[6]) then
    return {is_terminal(state) and 'ended' or 'conflict'}
end
add_event(task, 'answered_late|' .. index)
local word = 'ok'
if is_terminal(state) then
    word = 'ended'
elseif count_calls(task) > 0 then
    word = 'conflict'
else
    if state == 'queued' then
        leave_lane(task)
    end
    redis.call('ZREM', delay_key, task.id)
    requeue(task, 'storing')
end
write_back()
return {word}
