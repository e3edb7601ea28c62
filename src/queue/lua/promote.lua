-- promote: what time alone brings about. Delayed tasks that are due enter their queues; modals that
-- nobody answered are cancelled; waiting tasks past their deadline end, or deliver what is paid.
-- ARGV[3] most
-- Returns {'ok', number of tasks touched}.
local touched = 0
local function due(key)
    local ids = redis.call('ZRANGEBYSCORE', key, '-inf', now, 'LIMIT', 0, ARGV[3])
    touched = touched + #ids
    local known = {}
    for _, id in ipairs(ids) do
        if redis.call('EXISTS', task_key(id)) == 1 then
            known[#known + 1] = id
        else
            redis.call('ZREM', key, id) -- must not stop all others for ever
        end
    end
    return known
end
for _, id in ipairs(due(delay_key)) do
    redis.call('ZREM', delay_key, id)
    enter_lane(id, redis.call('HGET', task_key(id), 'ql'))
end
for _, id in ipairs(due(modal_key)) do
    end_task(id, false, 'CANCELLED', '', 'the modal was not answered')
end
for _, id in ipairs(due(waiting_key)) do
    local task = redis.call('HMGET', task_key(id), 'c', 'ql')
    local _, answered, _, unknown = count_calls(id)
    if answered > 0 then
        leave_lane(id, task[2], task[1])
        enter_lane(id, 'storing')
    elseif unknown > 0 then
        end_task(id, false, 'AMBIGUOUS_UPSTREAM_OUTCOME', '', 'the outcome of a call is unknown')
    else
        end_task(id, false, 'TIMEOUT', '', 'past its deadline before a call could start')
    end
end
return {'ok', touched}
