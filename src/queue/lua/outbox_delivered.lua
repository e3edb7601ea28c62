-- outbox_delivered: head events are settled; the next one of each task is due now.
-- ARGV[3...] the events, each: [1] id  [2] nonce  [3] note for the history, or ''
-- Returns {'ok', verdicts}, a verdict being 'ok' or 'stale'.
local function settle(at)
    local id = ARGV[at]
    local tries, caller = tries_under(id, ARGV[at + 1])
    if not tries then
        return 'stale'
    end
    settle_head(id, caller, tries)
    if ARGV[at + 2] ~= '' then
        add_event(task_of(id), ARGV[at + 2])
    end
    return 'ok'
end

return answer_each(3, settle)
