-- claim: leases waiting tasks to a worker, each with a place reserved at a backend's key.
-- ARGV[3] worker  [4] most  [5] lease ms  [6] nonce, fresh and random
--     [7] ms for which the caller wants to deliver the tasks' first events, or 0
--     [8...] lanes: name, number of slots, then per slot name and limit (best first)
-- Returns {'ok', {lane, …}, {id, hash, submission, {call field, value, …}, slot, and nonce and
-- sequence of an event that is leased to the caller}, …}; the lanes are those that still have
-- waiting tasks. After this, exactly one worker holds each of the leases.
local worker, most, lease, nonce = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local taken = {'ok', {}}

-- All of a task, as its reader wants it; what this script changes is added at the end of `flat`.
local function whole_task(id)
    local flat = redis.call('HGETALL', task_key(id))
    local task = {id = id, changes = {}, events = {}}
    for i = 1, #flat, 2 do
        task[flat[i]] = flat[i + 1]
    end
    return know(task), flat
end

local function lease_task(id, lane, slot)
    local task, flat = whole_task(id)
    set(task, 'a', tonumber(task.a or '0') + 1)
    -- What came from "storing" goes back there if this worker dies too.
    set(task, 's', lane == 'storing' and 'storing' or 'leased')
    set(task, 'n', nonce .. '.' .. #taken)
    set(task, 'w', worker)
    set(task, 'ls', ARGV[5])
    gather('ZADD', lease_key, moment(lease), id)
    if slot then
        take_place(slot, lane, id .. ':r', moment(lease))
        set(task, 'sl', slot)
    end
    local sequence = add_event(task, 'claimed by ' .. worker, true)
    if not task.b then
        set(task, 'b', stamp)
        wish_event(task, ARGV[7])
        post(task, sequence, 'SUBMITTED', '0%')
    end
    for _, value in ipairs(task.changes) do
        flat[#flat + 1] = tostring(value)
    end
    flat[#flat + 1] = 'e'
    flat[#flat + 1] = tostring(task.e)
    taken[#taken + 1] = {id, flat, redis.call('GET', submission_key(id)) or '',
        task.k and redis.call('HGETALL', calls_key(id)) or {}, slot or '',
        leased_event(task)}
end

local at = 8
while at <= #ARGV do
    local lane, count = ARGV[at], tonumber(ARGV[at + 1])
    local slots = {}
    for i = 1, count do
        local name = ARGV[at + 2 * i]
        slots[i] = {name = name, limit = tonumber(ARGV[at + 2 * i + 1])}
    end
    at = at + 2 + 2 * count
    local current = 1
    -- What is paid is stored whatever operators have turned off.
    while (lane == 'storing' or not switch('dispatch')) and #taken - 2 < most do
        -- The best slot that still has room; counted once, then only downwards.
        while current <= count do
            local slot = slots[current]
            slot.free = slot.free or free_places(slot.name, slot.limit, lane)
            if slot.free > 0 then
                break
            end
            current = current + 1
        end
        if count > 0 and current > count then
            break
        end
        local slot = slots[current]
        local room = most - #taken + 2
        local ids, caller = take_next(lane, slot and math.min(room, slot.free) or room)
        if not ids then
            break
        end
        if slot then
            slot.free = slot.free - #ids
        end
        redis.call('SADD', running_key(caller), unpack(ids))
        for _, id in ipairs(ids) do
            lease_task(id, lane, slot and slot.name)
        end
    end
end
taken[2] = redis.call('SMEMBERS', lanes_key)
write_back()
return taken
