-- promote: what time alone brings about. Delayed tasks that are due enter their queues; modals that
-- nobody answered are cancelled; waiting tasks past their deadline end, or deliver what is paid.
-- ARGV[3] most  [4...] lanes that have waiting tasks: name, number of slots, then their names
-- Returns {'ok', number of tasks touched}.
local touched = 0
local lanes = {}
local at = 4
while at <= #ARGV do
    local slots = {}
    for i = 1, tonumber(ARGV[at + 1]) do
        slots[i] = ARGV[at + 1 + i]
    end
    lanes[ARGV[at]] = slots
    at = at + 2 + #slots
end

-- Whoever waited in vain is told what for: what its own last call met, or those that were made.
local function note_why(task)
    if (redis.call('HGET', task_key(task.id), 'lw') or '') == '' then
        set(task, 'lw', words_of_lane(task.ql, lanes[task.ql] or {}))
    end
end

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
    local task = task_of(id)
    enter_lane(task, task.ql)
end
for _, id in ipairs(due(modal_key)) do
    end_task(task_of(id), false, 'CANCELLED', '', 'modal_expired')
end
for _, id in ipairs(due(waiting_key)) do
    local task = task_of(id)
    local _, answered, _, unknown = count_calls(task)
    if answered > 0 then
        leave_lane(task)
        enter_lane(task, 'storing')
    elseif unknown > 0 then
        end_task(task, false, 'AMBIGUOUS_UPSTREAM_OUTCOME', '', 'ambiguous')
    else
        note_why(task)
        end_task(task, false, 'TIMEOUT', '', 'overdue')
    end
end
write_back()
return {'ok', touched}
