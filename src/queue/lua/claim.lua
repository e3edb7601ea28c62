-- claim: leases waiting tasks to a worker, each with a place reserved at a backend's key.
-- ARGV[3] worker  [4] most  [5] lease ms  [6] nonce, fresh and random
--     [7...] lanes: name, number of slots, then per slot name and limit (best first)
-- Returns {'ok', {lane, …}, {id, hash, submission, {call field, value, …}, slot}, …}; the lanes are
-- those that still have waiting tasks. After this, exactly one worker holds each of the leases.
local worker, most, lease, nonce = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local taken = {'ok', {}}

local function lease_task(id, caller, lane, slot)
    local key = task_key(id)
    local first = not redis.call('HGET', key, 'b')
    redis.call('HINCRBY', key, 'a', 1)
    -- What came from "storing" goes back there if this worker dies too.
    redis.call('HSET', key, 's', lane == 'storing' and 'storing' or 'leased',
        'n', nonce .. '.' .. #taken, 'w', worker, 'ls', lease)
    redis.call('ZADD', lease_key, now + lease, id)
    redis.call('SADD', running_key(caller), id)
    if slot then
        take_place(slot, id .. ':r', now + lease)
        redis.call('HSET', key, 'sl', slot)
    end
    local sequence = add_event(id, 'claimed by ' .. worker)
    if first then
        redis.call('HSET', key, 'b', now)
        post(id, sequence, 'SUBMITTED', '0%')
    end
    taken[#taken + 1] = {id, redis.call('HGETALL', key),
        redis.call('GET', submission_key(id)) or '', redis.call('HGETALL', calls_key(id)),
        slot or ''}
end

local at = 7
while at <= #ARGV do
    local lane, count = ARGV[at], tonumber(ARGV[at + 1])
    local slots = {}
    for i = 1, count do
        local name = ARGV[at + 2 * i]
        slots[i] = {name = name, limit = tonumber(ARGV[at + 2 * i + 1])}
    end
    at = at + 2 + 2 * count
    local current = 1
    while #taken - 2 < most do
        -- The best slot that still has room; counted once, then only downwards.
        while current <= count do
            local slot = slots[current]
            slot.free = slot.free or free_places(slot.name, slot.limit)
            if slot.free > 0 then
                break
            end
            current = current + 1
        end
        if count > 0 and current > count then
            break
        end
        local id, caller = take_next(lane)
        if not id then
            break
        end
        local slot = slots[current]
        if slot then
            slot.free = slot.free - 1
        end
        lease_task(id, caller, lane, slot and slot.name)
    end
end
taken[2] = redis.call('SMEMBERS', lanes_key)
return taken
