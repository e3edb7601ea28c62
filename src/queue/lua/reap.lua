-- reap: what becomes of tasks whose lease has expired.
-- ARGV[3] most  [4] repeats of lost calls that the policy allows
-- Returns {'ok', number of tasks touched}. Without a call in flight: back to the head of the queue
-- (paid answers to "storing"). With one: open until its deadline + grace; then its call is lost,
-- and the task is asked again, delivered in part, or ended, in that order of preference.
local ids = redis.call('ZRANGEBYSCORE', lease_key, '-inf', '(' .. now, 'LIMIT', 0, ARGV[3])
for _, id in ipairs(ids) do
    local task = redis.call('HMGET', task_key(id), 'c', 'l', 'w', 'g', 's', 'd')
    local in_flight, answered, deadline = count_calls(id)
    if not task[1] then
        redis.call('ZREM', lease_key, id)
    elseif in_flight > 0 and deadline + call_grace >= now then
        redis.call('ZADD', lease_key, deadline + call_grace, id)
    else
        add_event(id, 'lease of ' .. (task[3] or '?') .. ' expired')
        local again = in_flight == 0
        if in_flight > 0 then
            raise_bill(id, 'unknown')
            if tonumber(task[4] or '0') < tonumber(ARGV[4]) and now <= tonumber(task[6]) then
                redis.call('HINCRBY', task_key(id), 'g', 1)
                again = true
            end
            for index, marker in pairs(read_markers(id)) do
                if marker.state == 'in_flight' then
                    marker.state = again and 'repeated' or 'lost'
                    write_marker(id, index, marker)
                    judge_backend(marker.slot, id .. ':' .. index, 'nothing')
                end
            end
        end
        if task[5] == 'storing' or (answered > 0 and not (again and now <= tonumber(task[6]))) then
            requeue(id, task[1], 'storing')
        elseif again then
            requeue(id, task[1], task[2])
        else
            end_task(id, false, 'AMBIGUOUS_UPSTREAM_OUTCOME', '',
                'the outcome of a call is unknown')
        end
    end
end
return {'ok', #ids}
