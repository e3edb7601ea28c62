-- finish: the ends of tasks, each written once, by the holder of its lease.
-- ARGV[3...] the tasks, each:
--     [1] id  [2] attempt  [3] nonce  [4] success 0/1  [5] view  [6] code  [7] reason  [8] event
--     [9] billed yes/no/unknown  [10] ms for which the caller wants to deliver the event, or 0
-- Returns {'ok', verdicts}, a verdict being {'ok'}, {'ok', nonce, sequence} with the event leased
-- to the caller, or {'stale'}: then nothing was written for it.
local function finish(at)
    local id = ARGV[at]
    local task = task_of(id)
    if not holds(task, ARGV[at + 1], ARGV[at + 2]) then
        return {'stale'}
    end
    raise_bill(task, ARGV[at + 8])
    redis.call('SET', view_key(id), ARGV[at + 4])
    wish_event(task, ARGV[at + 9])
    end_task(task, ARGV[at + 3] == '1', ARGV[at + 5], ARGV[at + 6], ARGV[at + 7])
    return {'ok', leased_event(task)}
end

return answer_each(10, finish)
