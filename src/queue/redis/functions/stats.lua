-- stats: the figures of `imagined queue`. Reads only set sizes and heads.
-- Returns {'ok', now, waiting, running, modal, outbox, dead letters, oldest submit ms,
--          live workers, {backend, micros, …}, {slot, in flight, cooling text, calls and pictures
--          in progress in its group, the limit of pictures that an upstream taught or 0, until when
--          the group rests or 0, …}, {lane, waiting, …}, {backend, held micros, …}, {backend, its
--          breaker's time, …}, {duration key, observed ms, …}, {slot, what its upstream last said,
--          …}, {backend/operation, text of its route, …}, {switch, value, …},
--          {caller, running, most, …} of callers with a limit}.
local oldest = 0
local head = redis.call('ZRANGE', keys.waiting, 0, 0)[1]
if head then
    oldest = tasks.submitted_at(head)
end
local owed = redis.call('ZCARD', keys.old_due)
for _, caller in ipairs(redis.call('SMEMBERS', keys.owed)) do
    owed = owed + redis.call('ZCARD', keys.due(caller))
end
local slots, open, seen = {}, {}, {}
for i = first_of.stats, #values do
    local slot = values[i]
    slots[#slots + 1] = slot
    slots[#slots + 1] = redis.call('ZCOUNT', keys.slot(slot), now, '+inf')
    slots[#slots + 1] = redis.call('HGET', keys.cool, slot) or ''
    local group, configured = groups.of(slot)
    local pictures, in_progress = groups.pictures(group)
    local limit, lowered = groups.limit(group, configured)
    slots[#slots + 1] = in_progress
    slots[#slots + 1] = pictures
    slots[#slots + 1] = lowered and limit or 0
    slots[#slots + 1] = groups.rests(group)
    local backend = backend_of(slot)
    local open_until = not seen[backend] and redis.call('HGET', keys.breaker(backend),
        breaker_field.open_until)
    seen[backend] = true
    if open_until then
        open[#open + 1] = backend
        open[#open + 1] = open_until
    end
end
local lanes = {}
for _, lane in ipairs(redis.call('SMEMBERS', keys.lanes)) do
    local waiting = 0
    for _, caller in ipairs(redis.call('ZRANGE', keys.ring(lane), 0, -1)) do
        waiting = waiting + redis.call('ZCARD', keys.queue(lane, caller))
    end
    lanes[#lanes + 1] = lane
    lanes[#lanes + 1] = waiting
end
local callers, known = {}, redis.call('HGETALL', keys.callers)
for i = 1, #known, 2 do
    local most = string.match(known[i + 1], '|(%d+)$')
    if most ~= '0' then
        callers[#callers + 1] = known[i]
        callers[#callers + 1] = redis.call('SCARD', keys.running(known[i]))
        callers[#callers + 1] = tonumber(most)
    end
end
return {'ok', now, redis.call('ZCARD', keys.waiting) + redis.call('ZCARD', keys.delay),
    redis.call('ZCARD', keys.lease),
    redis.call('ZCARD', keys.modal), owed, redis.call('ZCARD', keys.dead),
    oldest, redis.call('ZCOUNT', keys.workers, now, '+inf'),
    redis.call('HGETALL', keys.spend(budget.day(now))), slots, lanes,
    redis.call('HGETALL', keys.held(budget.day(now))), open,
    redis.call('HGETALL', keys.durations), redis.call('HGETALL', keys.said),
    redis.call('HGETALL', keys.routes), redis.call('HGETALL', keys.switches), callers}
