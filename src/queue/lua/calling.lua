-- calling: the durable marker of one paid call, written before its first byte leaves.
-- ARGV[3] id  [4] attempt  [5] nonce  [6] call index  [7] slot  [8] slot limit
--     [9] first picture  [10] count  [11] timeout ms  [12] duration key
--     [13] price  [14] the backend's cap for a day  [15] the cap of all, in micros; 0: no cap
-- Returns {'ok', expected ms}, or {'stale'}, {'no_slot'}, {'too_late'}, {'over_budget'}: then
-- nothing was written.
-- The slot is held until the answer or the call's deadline. A place that claim reserved is used up,
-- here or (when the call goes elsewhere) in vain; while its key cools it is worth nothing.
local id, index, slot = ARGV[3], ARGV[6], ARGV[7]
local key = task_key(id)
if not holds(id, ARGV[4], ARGV[5]) then
    return {'stale'}
end
local task = redis.call('HMGET', key, 'd', 'k')
if now > tonumber(task[1]) then
    return {'too_late'}
end
if redis.call('HEXISTS', calls_key(id), 'm' .. index) == 1 then
    return {'stale'}
end
local price = tonumber(ARGV[13])
if not within_budget(backend_of(slot), price, tonumber(ARGV[14]), tonumber(ARGV[15])) then
    return {'over_budget'}
end
if free_places(slot, tonumber(ARGV[8]), id .. ':r') <= 0 then
    return {'no_slot'}
end
drop_reservation(id)
local deadline = now + tonumber(ARGV[11])
take_place(slot, id .. ':' .. index, deadline)
write_marker(id, index, {
    state = 'in_flight', first = ARGV[9], count = ARGV[10], started = now, deadline = deadline,
    slot = slot
})
hold_price(id, index, slot, price)
redis.call('HSET', key, 's', 'calling', 'dk', ARGV[12])
extend_lease(id)
local sequence = add_event(id, 'calling ' .. slot .. ', picture ' .. ARGV[9] .. ' and on, '
    .. ARGV[10] .. ' in all')
if not task[2] then
    redis.call('HSET', key, 'k', now, 'x', redis.call('HGET', duration_key, ARGV[12]) or 0)
    post(id, sequence, 'IN_PROGRESS', '1%')
end
return {'ok', tonumber(redis.call('HGET', key, 'x') or '0')}
