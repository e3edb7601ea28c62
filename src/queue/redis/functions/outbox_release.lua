-- outbox_release: head events could not be tried, and are due again after a delay. Counts as no
-- try.
-- Returns {'ok', verdicts}, a verdict being 'ok' or 'stale'.
local function give_back(id, nonce, delay_ms)
    local tries, caller = outbox.tries_under(id, nonce)
    if not tries then
        return 'stale'
    end
    -- A newer event takes the place of one that failed before, as in outbox.post().
    if tries ~= '0' and redis.call('LLEN', keys.outbox(id)) > 1 then
        outbox.settle_head(id, caller, tries)
        return 'ok'
    end
    redis.call('HSET', keys.task(id), task_field.outbox_nonce, '')
    outbox.make_due(id, caller, moment(tonumber(delay_ms)))
    return 'ok'
end

return answer_each(each.outbox_release, give_back)
