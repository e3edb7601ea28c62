-- promote: what time alone brings about. Delayed tasks that are due enter their queues; modals that
-- nobody answered are cancelled; waiting tasks past their deadline end, or deliver what is paid.
-- Returns {'ok', number of tasks touched}.
local touched = 0
local lanes = {}
local at = first_of.promote
while at <= #values do
    local slots = {}
    for i = 1, tonumber(values[at + 1]) do
        slots[i] = values[at + 1 + i]
    end
    lanes[values[at]] = slots
    at = at + 2 + #slots
end

-- Whoever waited in vain is told what for: what its own last call met, or those that were made.
local function note_why(task)
    if (redis.call('HGET', keys.task(task.id), task_field.last_words) or '') == '' then
        local slots = lanes[task.queued_lane] or {}
        set(task, 'last_words', cooling.words_of_lane(task.queued_lane, slots))
    end
end

local function due(key)
    local ids = redis.call('ZRANGEBYSCORE', key, '-inf', now, 'LIMIT', 0, most)
    touched = touched + #ids
    local known = {}
    for _, id in ipairs(ids) do
        if redis.call('EXISTS', keys.task(id)) == 1 then
            known[#known + 1] = id
        else
            redis.call('ZREM', key, id) -- must not stop all others for ever
        end
    end
    return known
end
for _, id in ipairs(due(keys.delay)) do
    redis.call('ZREM', keys.delay, id)
    local task = task_of(id)
    queues.enter(task, task.queued_lane)
end
for _, id in ipairs(due(keys.modal)) do
    end_task(task_of(id), false, 'CANCELLED', '', 'modal_expired')
end
for _, id in ipairs(due(keys.waiting)) do
    local task = task_of(id)
    local _, answered, _, unknown = calls.count(task)
    if answered > 0 then
        queues.leave(task)
        queues.enter(task, 'storing')
    elseif unknown > 0 then
        end_task(task, false, 'AMBIGUOUS_UPSTREAM_OUTCOME', '', 'ambiguous')
    else
        note_why(task)
        end_task(task, false, 'TIMEOUT', '', 'overdue')
    end
end
write_back()
return {'ok', touched}
