-- outbox_release: head events could not be tried, and are due again after a delay. Counts as no
-- try.
-- ARGV[3...] the events, each: [1] id  [2] nonce  [3] delay ms
-- Returns {'ok', verdicts}, a verdict being 'ok' or 'stale'.
local function give_back(at)
    local id = ARGV[at]
    local tries, caller = tries_under(id, ARGV[at + 1])
    if not tries then
        return 'stale'
    end
    -- A newer event takes the place of one that failed before, as in post().
    if tries ~= '0' and redis.call('LLEN', outbox_key(id)) > 1 then
        settle_head(id, caller, tries)
        return 'ok'
    end
    redis.call('HSET', task_key(id), 'on', '')
    make_due(id, caller, moment(tonumber(ARGV[at + 2])))
    return 'ok'
end

return answer_each(3, give_back)
