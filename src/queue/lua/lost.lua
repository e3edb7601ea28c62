-- lost: the outcome of a call is unknowable. Its slot stays taken until its deadline, unless the
-- call is surely over.
-- ARGV[3] id  [4] attempt  [5] nonce  [6] call index  [7] why  [8] repeats that the policy allows
--     [9] 1 if it is over
-- Returns {'ok', 1 if its pictures may be asked for again, else 0}, the same when asked again, or
-- {'stale'}. After the task's deadline nothing may be asked for again.
local id, index = ARGV[3], ARGV[6]
local task = task_of(id)
if not holds(task, ARGV[4], ARGV[5]) then
    return {'stale'}
end
local marker = markers_of(task)[index]
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
local repeats = tonumber(task.g or '0')
if repeats < tonumber(ARGV[8]) and now <= tonumber(task.d) then
    set(task, 'g', repeats + 1)
    again = 1
end
marker.state = again == 1 and 'repeated' or 'lost'
write_marker(task, index, marker)
judge_backend(marker.slot, id .. ':' .. index, 'bad')
route.judge(marker.slot, task.l, id .. ':' .. index, 'nothing')
note_words(marker.slot, ARGV[7])
if ARGV[9] == '1' then
    drop_place(marker.slot, id .. ':' .. index)
    announce_room()
end
raise_bill(task, 'unknown')
if count_calls(task) == 0 then
    set(task, 's', 'leased')
end
extend_lease(task)
add_event(task, 'lost|' .. marker.slot .. '|' .. ARGV[7])
write_back()
return {'ok', again}
