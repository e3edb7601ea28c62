-- Places at keys. Limits are set sizes, and holders past their time do not count.

-- How a key is left alone: until when, after how many refusals in a row, disabled 0/1; or nil.
local cooling
at_start(function() cooling = {} end)
local function read_cooling(slot)
    local text = cooling[slot]
    if text == nil then
        text = redis.call('HGET', cool_key, slot)
        cooling[slot] = text
    end
    if not text then
        return nil
    end
    local until_ms, times, disabled = string.match(text, '^(%d+)|(%d+)|([01])$')
    return tonumber(until_ms), tonumber(times), disabled
end

-- Places taken at a slot now: counted once, then kept up by take_place and drop_place.
local places_held
at_start(function() places_held = {} end)
local function held_places(slot)
    local held = places_held[slot]
    if not held then
        redis.call('ZREMRANGEBYSCORE', slot_key(slot), '-inf', '(' .. stamp)
        held = redis.call('ZCARD', slot_key(slot))
        places_held[slot] = held
    end
    return held
end

-- Free places of a slot for a task of the lane; that of the member `mine` counts as free. A key
-- that was left alone is tried by one real task first: a probe would cost money as well.
local function free_places(slot, limit, lane, mine)
    limit = operators_limit(slot, limit)
    if limit == 0 then
        return 0
    end
    local gate, way = breaker_gate(slot, mine), route.gate(slot, lane, mine)
    if gate == 0 or way == 0 then
        return 0
    end
    gate = gate or way
    local until_ms = read_cooling(slot)
    if until_ms then
        if until_ms > now then
            return 0
        end
        limit = 1
    end
    local free = limit - held_places(slot)
    if mine and free <= 0 and redis.call('ZSCORE', slot_key(slot), mine) then
        free = free + 1
    end
    return gate and math.min(free, gate) or free
end

local slots_met
at_start(function() slots_met = {} end)
local function take_place(slot, lane, member, until_ms)
    gather('ZADD', slot_key(slot), until_ms, member)
    if places_held[slot] then
        places_held[slot] = places_held[slot] + 1
    end
    if not slots_met[slot] then
        slots_met[slot] = true
        redis.call('SADD', slots_key, slot)
    end
    note_trial(slot, member, until_ms)
    route.note_trial(slot, lane, member, until_ms)
end

-- What the upstream last said when it did not take a call with this key; shown beside its state.
local function note_words(slot, words)
    if words ~= '' then
        redis.call('HSET', said_key, slot, words)
    end
end

-- The same for a lane: of the first of its keys that is left alone.
local function words_of_lane(lane, slots)
    for _, slot in ipairs(slots) do
        local way = route.of(slot, lane)
        if way or read_cooling(slot) or breaker_of(slot).u then
            local words = way and way.words or redis.call('HGET', said_key, slot) or ''
            if words ~= '' then
                return backend_of(slot) .. ': ' .. words
            end
        end
    end
    return ''
end

local function drop_place(slot, member)
    local gone = redis.call('ZREM', slot_key(slot), member)
    if places_held[slot] then
        places_held[slot] = places_held[slot] - gone
    end
end
