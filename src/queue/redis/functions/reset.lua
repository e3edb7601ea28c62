-- reset: forgets what refusals have told of slots and their groups, and the breaker of their
-- backend: the next task finds out anew. Told in the list of actions.
-- Returns {'ok'}.
local before = 'ok'
for i = first_of.reset, #values do
    local slot = values[i]
    local until_ms, _, disabled = cooling.of(slot)
    if until_ms and before ~= 'disabled' then
        before = disabled == '1' and 'disabled' or 'cooling'
    end
    redis.call('HDEL', keys.cool, slot)
    redis.call('HDEL', keys.said, slot)
    local group = groups.of(slot)
    groups.note('l:' .. group, false)
    groups.note('r:' .. group, false)
end
if backend ~= '' then
    if redis.call('DEL', keys.breaker(backend)) == 1 then
        before = 'breaker-open'
    end
    redis.call('DEL', keys.tried(backend), keys.failed(backend))
    for _, shut in ipairs(redis.call('HKEYS', keys.routes)) do
        if string.match(shut, '^(.*)/[^/]*$') == backend then
            redis.call('HDEL', keys.routes, shut)
            before = 'disabled'
        end
    end
end
tell_action(who, 'reset:' .. name, before, 'ok')
announce_room()
write_back()
return {'ok'}
