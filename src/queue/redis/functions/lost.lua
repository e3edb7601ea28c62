-- lost: the outcome of a call is unknowable. Its slot stays taken until its deadline, unless the
-- call is surely over.
-- Returns {'ok', 1 if its pictures may be asked for again, else 0}, the same when asked again, or
-- {'stale'}. After the task's deadline nothing may be asked for again.
local task = task_of(id)
if not holds(task, attempt, nonce) then
    return {'stale'}
end
local marker = calls.markers(task)[index]
if not marker then
    return {'stale'}
end
if marker.state == 'lost' or marker.state == 'repeated' then
    return {'ok', marker.state == 'repeated' and 1 or 0}
end
if marker.state ~= 'in_flight' then
    return {'stale'}
end
local again = 0
local repeats = tonumber(task.repeats or '0')
if repeats < tonumber(allowed) and now <= tonumber(task.deadline) then
    set(task, 'repeats', repeats + 1)
    again = 1
end
marker.state = again == 1 and 'repeated' or 'lost'
calls.write_marker(task, index, marker)
breakers.judge(marker.slot, id .. ':' .. index, 'bad')
route.judge(marker.slot, task.lane, id .. ':' .. index, 'nothing')
cooling.note_words(marker.slot, why)
if over == '1' then
    places.drop(marker.slot, id .. ':' .. index)
    announce_room()
end
tasks.raise_bill(task, 'unknown')
if calls.count(task) == 0 then
    set(task, 'state', 'leased')
end
tasks.extend_lease(task)
add_event(task, 'lost|' .. marker.slot .. '|' .. why)
write_back()
return {'ok', again}
