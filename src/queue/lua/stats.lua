-- stats: the figures of `imagined queue`. Reads only set sizes and heads.
-- ARGV[3...] slot names
-- Returns {'ok', now, waiting, running, modal, outbox, dead letters, oldest submit ms,
--          live workers, {backend, micros, …}, {slot, in flight, cooling text, calls and pictures
--          in progress in its group, the limit of pictures that an upstream taught or 0, until when
--          the group rests or 0, …}, {lane, waiting, …}, {backend, held micros, …}, {backend, its
--          breaker's time, …}, {duration key, observed ms, …}, {slot, what its upstream last said,
--          …}, {backend/operation, text of its route, …}, {switch, value, …},
--          {caller, running, most, …} of callers with a limit}.
local oldest = 0
local head = redis.call('ZRANGE', waiting_key, 0, 0)[1]
if head then
    oldest = submitted_at(head)
end
local owed = redis.call('ZCARD', old_due_key)
for _, caller in ipairs(redis.call('SMEMBERS', owed_key)) do
    owed = owed + redis.call('ZCARD', due_key(caller))
end
local slots, breakers, seen = {}, {}, {}
for i = 3, #ARGV do
    slots[#slots + 1] = ARGV[i]
    slots[#slots + 1] = redis.call('ZCOUNT', slot_key(ARGV[i]), now, '+inf')
    slots[#slots + 1] = redis.call('HGET', cool_key, ARGV[i]) or ''
    local group, configured = groups.of(ARGV[i])
    local pictures, calls = groups.pictures(group)
    local limit, lowered = groups.limit(group, configured)
    slots[#slots + 1] = calls
    slots[#slots + 1] = pictures
    slots[#slots + 1] = lowered and limit or 0
    slots[#slots + 1] = groups.rests(group)
    local backend = backend_of(ARGV[i])
    local open_until = not seen[backend] and redis.call('HGET', breaker_key(backend), 'u')
    seen[backend] = true
    if open_until then
        breakers[#breakers + 1] = backend
        breakers[#breakers + 1] = open_until
    end
end
local lanes = {}
for _, lane in ipairs(redis.call('SMEMBERS', lanes_key)) do
    local waiting = 0
    for _, caller in ipairs(redis.call('ZRANGE', ring_key(lane), 0, -1)) do
        waiting = waiting + redis.call('ZCARD', queue_key(lane, caller))
    end
    lanes[#lanes + 1] = lane
    lanes[#lanes + 1] = waiting
end
local callers, known = {}, redis.call('HGETALL', callers_key)
for i = 1, #known, 2 do
    local most = string.match(known[i + 1], '|(%d+)$')
    if most ~= '0' then
        callers[#callers + 1] = known[i]
        callers[#callers + 1] = redis.call('SCARD', running_key(known[i]))
        callers[#callers + 1] = tonumber(most)
    end
end
return {'ok', now, redis.call('ZCARD', waiting_key) + redis.call('ZCARD', delay_key),
    redis.call('ZCARD', lease_key),
    redis.call('ZCARD', modal_key), owed, redis.call('ZCARD', dead_key),
    oldest, redis.call('ZCOUNT', workers_key, now, '+inf'),
    redis.call('HGETALL', spend_key(day_of(now))), slots, lanes,
    redis.call('HGETALL', held_key(day_of(now))), breakers,
    redis.call('HGETALL', duration_key), redis.call('HGETALL', said_key),
    redis.call('HGETALL', routes_key), redis.call('HGETALL', off_key), callers}
