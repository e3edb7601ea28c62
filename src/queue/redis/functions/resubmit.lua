-- resubmit: a new task that asks for the same as an ended one, and begins with answers that were
-- paid for that one: they are neither asked for nor booked again.
-- Returns {'ok', new id}, or {'missing'}, {'conflict'} (it has not ended, or has no such answer),
-- {'intake_paused'}, {'queue_full'}: then nothing was created.
local old = task_of(id)
if not old.state then
    return {'missing'}
end
local submission = redis.call('GET', keys.submission(old.id))
if not is_terminal(old.state) or not submission then
    return {'conflict'}
end
if switch('intake') then
    return {'intake_paused'}
end
if lane ~= 'storing' and redis.call('ZCARD', keys.waiting) >= tonumber(queue_limit) then
    return {'queue_full'}
end
local paid = {}
for i = first_of.resubmit, #values do
    local marker, answer = call_field.marker .. values[i], call_field.answer .. values[i]
    local got = redis.call('HMGET', keys.calls(old.id), marker, answer)
    if not got[1] or not got[2] or calls.parse_marker(got[1]).state ~= 'answered' then
        return {'conflict'}
    end
    for _, value in ipairs({marker, got[1], answer, got[2]}) do
        paid[#paid + 1] = value
    end
end
local new_id = string.format('%d', tasks.draw_ids(1))
local task = know({
    id = new_id, caller = old.caller, lane = own_lane, hook = old.hook, state = false, changes = {},
    events = {}, stepped = false, calls = false, marked = false
})
set(task, 'caller', old.caller)
set(task, 'lane', own_lane)
set(task, 'deadline', moment(tonumber(timeout_ms)))
if old.hook then
    set(task, 'hook', old.hook)
end
if #paid > 0 then
    set(task, 'called', old.called) -- links live from then on
    redis.call('HSET', keys.calls(new_id), unpack(paid))
end
redis.call('SET', keys.submission(new_id), submission)
redis.call('HSETNX', keys.callers, old.caller, '1|0|0')
task_index.add(old.caller, new_id, true)
add_event(task, event)
queues.enter(task, lane)
write_back()
return {'ok', new_id}
