-- stored: records paid answers before anything else is done with them.
-- ARGV[3...] the answers, each:
--     [1] id  [2] attempt  [3] nonce  [4] call index  [5] answer  [6] complete 0/1  [7] cost micros
-- Returns {'ok', verdicts}, a verdict being 'ok', or 'stale': then nothing was written for it (the
-- caller tries adopt).
local function store_answer(at)
    local id, index = ARGV[at], ARGV[at + 3]
    local task = task_of(id)
    if not holds(task, ARGV[at + 1], ARGV[at + 2]) then
        return 'stale'
    end
    local marker = record_answer(task, index, ARGV[at + 4], ARGV[at + 6])
    if marker then
        if task.dk then
            observe_duration(task.dk, now - marker.started)
        end
        add_event(task, 'answered|' .. marker.slot)
    end
    -- Storing begins when nothing is in flight any more: until then a lost lease must not end a
    -- call.
    if count_calls(task) == 0 then
        set(task, 's', ARGV[at + 5] == '1' and 'storing' or 'leased')
    end
    extend_lease(task)
    return 'ok'
end

return answer_each(7, store_answer)
