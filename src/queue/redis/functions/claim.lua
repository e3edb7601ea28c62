-- claim: leases waiting tasks to a worker, each with a place reserved at a backend's key.
-- Returns {'ok', {lane, …}, {id, hash, submission, {call field, value, …}, slot, and nonce and
-- sequence of an event that is leased to the caller}, …}; the lanes are those that still have
-- waiting tasks. After this, exactly one worker holds each of the leases.
most = tonumber(most)
local until_ms = moment(tonumber(lease_ms))
local taken = {'ok', {}}

-- All of a task, as its reader wants it; what this script changes is added at the end of `flat`.
local function whole_task(id)
    local flat = redis.call('HGETALL', keys.task(id))
    local task = {id = id, changes = {}, events = {}}
    for i = 1, #flat, 2 do
        local name = task_field_names[flat[i]]
        if name then -- not one of a later version
            task[name] = flat[i + 1]
        end
    end
    return know(task), flat
end

local function lease_task(id, lane, slot)
    local task, flat = whole_task(id)
    set(task, 'attempt', tonumber(task.attempt or '0') + 1)
    -- What came from "storing" goes back there if this worker dies too.
    set(task, 'state', lane == 'storing' and 'storing' or 'leased')
    set(task, 'nonce', fresh_nonce .. '.' .. #taken)
    set(task, 'worker', worker)
    set(task, 'lease_ms', lease_ms)
    gather('ZADD', keys.lease, until_ms, id)
    if slot then
        local most_pictures = groups.limit(slot.group, slot.pictures)
        local asks = most_pictures > 0 and math.min(slot.asks, most_pictures) or slot.asks
        places.take(slot.name, lane, id .. ':r', until_ms, asks)
        set(task, 'reserved_slot', slot.name)
        set(task, 'reserved_pictures', asks)
    end
    local sequence = add_event(task, 'claimed|' .. worker, true)
    if not task.started then
        set(task, 'started', stamp)
        outbox.wish(task, event_ms)
        outbox.post(task, sequence, 'SUBMITTED', '0%')
    end
    for _, value in ipairs(task.changes) do
        flat[#flat + 1] = tostring(value)
    end
    flat[#flat + 1] = task_field.sequence
    flat[#flat + 1] = tostring(task.sequence)
    taken[#taken + 1] = {id, flat, redis.call('GET', keys.submission(id)) or '',
        task.called and redis.call('HGETALL', keys.calls(id)) or {}, slot and slot.name or '',
        outbox.leased(task)}
end

local function read_lanes()
    local lanes, at = {}, first_of.claim
    while at <= #values do
        local lane, count = {name = values[at], slots = {}}, tonumber(values[at + 1])
        for i = 1, count do
            lane.slots[i] = slot_of(values[at + 1 + i])
        end
        at = at + 2 + count
        lanes[#lanes + 1] = lane
    end
    return lanes
end

-- Lanes share places, so they take turns as the callers do who wait in them, and for one caller the
-- oldest task is first. Those where nobody can start anything are left out.
local function in_order(lanes)
    local ordered = {}
    for _, lane in ipairs(lanes) do
        local caller, time = queues.next_caller(lane.name)
        if caller then
            lane.time = time
            lane.head = redis.call('ZRANGE', keys.queue(lane.name, caller), 0, 0)[1]
            ordered[#ordered + 1] = lane
        end
    end
    table.sort(ordered, function(a, b)
        if a.time ~= b.time then
            return a.time < b.time
        end
        return a.head < b.head
    end)
    return ordered
end

local waits, started = {}, {} -- group -> the largest call that waits for its places; that began

-- The best slot of a lane that has room, and for how many.
local function find_room(lane)
    local short = {}
    for _, slot in ipairs(lane.slots) do
        local free, wanted = places.free(slot, lane.name, slot.asks, nil, waits[slot.group])
        if free > 0 then
            return slot, free
        end
        if wanted then
            short[slot.group] = wanted
        end
    end
    -- Whoever comes behind leaves what it needs.
    for group, wanted in pairs(next(short) and queues.next_caller(lane.name) and short or {}) do
        waits[group] = math.max(waits[group] or 0, wanted)
    end
end

local function serve(lane)
    local paid = #lane.slots == 0
    while #taken - 2 < most do
        local slot, free
        if not paid then
            slot, free = find_room(lane)
            if not slot then
                return
            end
        end
        local room = most - #taken + 2
        local ids, caller = queues.take(lane.name, slot and math.min(room, free) or room)
        if not ids then
            return
        end
        if slot then
            started[slot.group] = math.max(started[slot.group] or 0, slot.asks)
        end
        redis.call('SADD', keys.running(caller), unpack(ids))
        for _, id in ipairs(ids) do
            lease_task(id, lane.name, slot)
        end
    end
end

local drawing = {}
for _, lane in ipairs(read_lanes()) do
    -- What is paid is stored whatever operators have turned off.
    if lane.name == 'storing' then
        serve(lane)
    elseif not switch('dispatch') then
        drawing[#drawing + 1] = lane
    end
end
for _, lane in ipairs(#drawing > 1 and in_order(drawing) or drawing) do
    serve(lane)
end
for group, asks in pairs(waits) do
    groups.wait(group, asks)
end
for group, asks in pairs(started) do
    if not waits[group] and asks >= (groups.waiting(group) or 0) then
        groups.wait(group, false)
    end
end
taken[2] = redis.call('SMEMBERS', keys.lanes)
write_back()
return taken
