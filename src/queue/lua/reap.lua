-- reap: what becomes of tasks whose lease has expired.
-- ARGV[3] most  [4] repeats of lost calls that the policy allows
-- Returns {'ok', number of tasks touched}. Without a call in flight: back to the head of the queue
-- (paid answers to "storing"). With one: open until its deadline + grace; then its call is lost,
-- and the task is asked again, delivered in part, or ended, in that order of preference.
local ids = redis.call('ZRANGEBYSCORE', lease_key, '-inf', '(' .. now, 'LIMIT', 0, ARGV[3])
local ambiguous = 'AMBIGUOUS_UPSTREAM_OUTCOME'

-- What was in flight is lost; true if it may be asked for again.
local function give_up_calls(task)
    local repeats = tonumber(task.g or '0')
    local again = repeats < tonumber(ARGV[4]) and now <= tonumber(task.d)
    raise_bill(task, 'unknown')
    if again then
        set(task, 'g', repeats + 1)
    end
    for index, marker in pairs(markers_of(task)) do
        if marker.state == 'in_flight' then
            marker.state = again and 'repeated' or 'lost'
            write_marker(task, index, marker)
            judge_backend(marker.slot, task.id .. ':' .. index, 'nothing')
            route.judge(marker.slot, task.l, task.id .. ':' .. index, 'nothing')
        end
    end
    return again
end

for _, id in ipairs(ids) do
    local task = task_of(id)
    local in_flight, answered, deadline = count_calls(task)
    if not task.c then
        redis.call('ZREM', lease_key, id)
    elseif in_flight > 0 and deadline + call_grace >= now then
        redis.call('ZADD', lease_key, deadline + call_grace, id)
    else
        add_event(task, 'lease_expired|' .. (task.w or '?'))
        local again = in_flight == 0 or give_up_calls(task)
        if task.s == 'storing' or (answered > 0 and not (again and now <= tonumber(task.d))) then
            requeue(task, 'storing')
        elseif again then
            requeue(task, task.l)
        else
            end_task(task, false, ambiguous, '', 'ambiguous')
        end
    end
end
write_back()
return {'ok', #ids}
