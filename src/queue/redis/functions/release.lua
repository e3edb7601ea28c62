-- release: gives a lease back unused; the task returns to the head of its queue.
-- Returns {'ok'} or {'stale'} (also while a call is in flight: that can not be given back).
local task = task_of(id)
if not holds(task, attempt, nonce) or calls.count(task) > 0 then
    return {'stale'}
end
lane = lane ~= '' and lane or task.lane
add_event(task, 'released|' .. why, true)
if delay_ms == '0' then
    tasks.requeue(task, lane)
else
    tasks.unlease(task)
    set(task, 'state', 'queued')
    set(task, 'queued_lane', lane)
    -- Paid pictures wait as long as they must; a call is not waited for beyond the last moment.
    local due = now + tonumber(delay_ms)
    if lane ~= 'storing' then
        due = math.max(now, math.min(due, tonumber(task.deadline)))
    end
    redis.call('ZADD', keys.delay, due, task.id)
    announce_room()
end
write_back()
return {'ok'}
