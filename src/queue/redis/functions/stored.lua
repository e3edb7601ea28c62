-- stored: records paid answers before anything else is done with them.
-- Returns {'ok', verdicts}, a verdict being 'ok', or 'stale': then nothing was written for it (the
-- caller tries adopt).
local function store_answer(id, attempt, nonce, index, answer, complete, cost_micros)
    local task = task_of(id)
    if not holds(task, attempt, nonce) then
        return 'stale'
    end
    local marker = tasks.record_answer(task, index, answer, cost_micros)
    if marker then
        if task.duration_key then
            durations.observe(task.duration_key, now - marker.started)
        end
        add_event(task, 'answered|' .. marker.slot)
    end
    -- Storing begins when nothing is in flight any more: until then a lost lease must not end a
    -- call.
    if calls.count(task) == 0 then
        set(task, 'state', complete == '1' and 'storing' or 'leased')
    end
    tasks.extend_lease(task)
    return 'ok'
end

return answer_each(each.stored, store_answer)
