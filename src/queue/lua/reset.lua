-- reset: forgets what refusals have told of slots and their groups, and the breaker of their
-- backend: the next task finds out anew. Told in the list of actions.
-- ARGV[3] who  [4] name for the list  [5] backend whose breaker is closed, or ''  [6...] slots
-- Returns {'ok'}.
local before = 'ok'
for i = 6, #ARGV do
    local until_ms, _, disabled = read_cooling(ARGV[i])
    if until_ms and before ~= 'disabled' then
        before = disabled == '1' and 'disabled' or 'cooling'
    end
    redis.call('HDEL', cool_key, ARGV[i])
    redis.call('HDEL', said_key, ARGV[i])
    local group = groups.of(ARGV[i])
    groups.note('l:' .. group, false)
    groups.note('r:' .. group, false)
end
local backend = ARGV[5]
if backend ~= '' then
    if redis.call('DEL', breaker_key(backend)) == 1 then
        before = 'breaker-open'
    end
    redis.call('DEL', tried_key(backend), failed_key(backend))
    for _, name in ipairs(redis.call('HKEYS', routes_key)) do
        if string.match(name, '^(.*)/[^/]*$') == backend then
            redis.call('HDEL', routes_key, name)
            before = 'disabled'
        end
    end
end
tell_action(ARGV[3], 'reset:' .. ARGV[4], before, 'ok')
announce_room()
write_back()
return {'ok'}
