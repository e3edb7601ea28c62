-- finish: the ends of tasks, each written once, by the holder of its lease.
-- Returns {'ok', verdicts}, a verdict being {'ok'}, {'ok', nonce, sequence} with the event leased
-- to the caller, or {'stale'}: then nothing was written for it.
local function finish(id, attempt, nonce, success, view, code, reason, event, billed, event_ms)
    local task = task_of(id)
    if not holds(task, attempt, nonce) then
        return {'stale'}
    end
    tasks.raise_bill(task, billed)
    redis.call('SET', keys.view(id), view)
    outbox.wish(task, event_ms)
    end_task(task, success == '1', code, reason, event)
    return {'ok', outbox.leased(task)}
end

return answer_each(each.finish, finish)
