-- outbox_delivered: head events are settled; the next one of each task is due now.
-- Returns {'ok', verdicts}, a verdict being 'ok' or 'stale'.
local function settle(id, nonce, event)
    local tries, caller = outbox.tries_under(id, nonce)
    if not tries then
        return 'stale'
    end
    outbox.settle_head(id, caller, tries)
    if event ~= '' then
        add_event(task_of(id), event)
    end
    return 'ok'
end

return answer_each(each.outbox_delivered, settle)
