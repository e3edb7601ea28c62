-- release: gives a lease back unused; the task returns to the head of its queue.
-- ARGV[3] id  [4] attempt  [5] nonce  [6] lane or '' for its own  [7] delay ms  [8] why
-- Returns {'ok'} or {'stale'} (also while a call is in flight: that can not be given back).
local task = task_of(ARGV[3])
if not holds(task, ARGV[4], ARGV[5]) or count_calls(task) > 0 then
    return {'stale'}
end
local lane = ARGV[6] ~= '' and ARGV[6] or task.l
add_event(task, 'released|' .. ARGV[8], true)
if ARGV[7] == '0' then
    requeue(task, lane)
else
    unlease(task)
    set(task, 's', 'queued')
    set(task, 'ql', lane)
    -- Paid pictures wait as long as they must; a call is not waited for beyond the last moment.
    local due = now + tonumber(ARGV[7])
    if lane ~= 'storing' then
        due = math.max(now, math.min(due, tonumber(task.d)))
    end
    redis.call('ZADD', delay_key, due, task.id)
    announce_room()
end
write_back()
return {'ok'}
