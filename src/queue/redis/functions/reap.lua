-- reap: what becomes of tasks whose lease has expired.
-- Returns {'ok', number of tasks touched}. Without a call in flight: back to the head of the queue
-- (paid answers to "storing"). With one: open until its deadline + grace; then its call is lost,
-- and the task is asked again, delivered in part, or ended, in that order of preference.
local ids = redis.call('ZRANGEBYSCORE', keys.lease, '-inf', '(' .. now, 'LIMIT', 0, most)
local ambiguous = 'AMBIGUOUS_UPSTREAM_OUTCOME'

-- What was in flight is lost; true if it may be asked for again.
local function give_up_calls(task)
    local repeats = tonumber(task.repeats or '0')
    local again = repeats < tonumber(allowed) and now <= tonumber(task.deadline)
    tasks.raise_bill(task, 'unknown')
    if again then
        set(task, 'repeats', repeats + 1)
    end
    for index, marker in pairs(calls.markers(task)) do
        if marker.state == 'in_flight' then
            marker.state = again and 'repeated' or 'lost'
            calls.write_marker(task, index, marker)
            breakers.judge(marker.slot, task.id .. ':' .. index, 'nothing')
            route.judge(marker.slot, task.lane, task.id .. ':' .. index, 'nothing')
        end
    end
    return again
end

for _, id in ipairs(ids) do
    local task = task_of(id)
    local in_flight, answered, deadline = calls.count(task)
    if not task.caller then
        redis.call('ZREM', keys.lease, id)
    elseif in_flight > 0 and deadline + call_grace >= now then
        redis.call('ZADD', keys.lease, deadline + call_grace, id)
    else
        add_event(task, 'lease_expired|' .. (task.worker or '?'))
        local again = in_flight == 0 or give_up_calls(task)
        local asks_again = again and now <= tonumber(task.deadline)
        if task.state == 'storing' or (answered > 0 and not asks_again) then
            tasks.requeue(task, 'storing')
        elseif again then
            tasks.requeue(task, task.lane)
        else
            end_task(task, false, ambiguous, '', 'ambiguous')
        end
    end
end
write_back()
return {'ok', #ids}
