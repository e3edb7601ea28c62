-- How a key is left alone.
local cooling = {}
do
    local known
    at_start(function() known = {} end)

    -- Until when, after how many refusals in a row, disabled 0/1; or nil.
    function cooling.of(slot)
        local text = known[slot]
        if text == nil then
            text = redis.call('HGET', keys.cool, slot)
            known[slot] = text
        end
        if not text then
            return nil
        end
        local until_ms, times, disabled = string.match(text, '^(%d+)|(%d+)|([01])$')
        return tonumber(until_ms), tonumber(times), disabled
    end

    -- Leaves it alone until then; false: no longer.
    function cooling.note(slot, until_ms, times, disabled)
        known[slot] = until_ms and string.format('%.0f|%d|%d', until_ms, times, disabled)
        if until_ms then
            redis.call('HSET', keys.cool, slot, known[slot])
        else
            redis.call('HDEL', keys.cool, slot)
        end
    end

    -- A call proves that its key works, unless it began before the key was last left alone.
    function cooling.key_works(marker)
        local until_ms = cooling.of(marker.slot)
        if until_ms and marker.started >= until_ms then
            cooling.note(marker.slot, false)
            redis.call('HDEL', keys.said, marker.slot)
        end
        groups.works(groups.of(marker.slot), marker.started)
    end

    -- What the upstream last said when it did not take a call with this key; shown beside its
    -- state.
    function cooling.note_words(slot, words)
        if words ~= '' then
            redis.call('HSET', keys.said, slot, words)
        end
    end

    -- The same for a lane: of the first of its keys that is left alone.
    function cooling.words_of_lane(lane, slots)
        for _, slot in ipairs(slots) do
            local way = route.of(slot, lane)
            if way or cooling.of(slot) or breakers.of(slot).open_until then
                local words = way and way.words or redis.call('HGET', keys.said, slot) or ''
                if words ~= '' then
                    return backend_of(slot) .. ': ' .. words
                end
            end
        end
        return ''
    end
end

-- Places. A call takes one at its key, and at the key's group (limit_group) one as a call and one
-- for each picture that it asks for. Limits are set sizes, and holders past their time do not
-- count. How many pictures a holder asks for stands in its own marker (a reservation's in its
-- task): nothing is counted up and down, so nothing can drift.

local places = {}
local slot_of
do
    -- Places taken at a slot, and who holds those of a group, with how many pictures each: read
    -- once, then kept up by places.take() and places.drop().
    local told, counted, holders, met
    at_start(function() told, counted, holders, met = {}, {}, {}, {} end)

    -- A slot as callers write it: name|calls|group|pictures|asks. Calls and pictures that its group
    -- may have in progress (pictures 0: no limit; group '': the slot itself), and how many pictures
    -- the call in question asks for. What it tells of the group is kept for those who have only the
    -- slot's name.
    function slot_of(text)
        local slot = told[text]
        if not slot then
            local name, limit, group, pictures, asks =
                string.match(text, '^(.-)|(%d+)|(.-)|(%d+)|(%d+)$')
            group = group == '' and name or group
            slot = {
                name = name, limit = tonumber(limit), group = group, pictures = tonumber(pictures),
                asks = math.max(1, tonumber(asks))
            }
            local usual = group == name and slot.pictures == 0
            groups.note('g:' .. name, not usual and group .. '|' .. pictures)
            told[text] = slot
        end
        return slot
    end

    local function taken_at(slot)
        local held = counted[slot]
        if not held then
            redis.call('ZREMRANGEBYSCORE', keys.slot(slot), '-inf', '(' .. stamp)
            held = redis.call('ZCARD', keys.slot(slot))
            counted[slot] = held
        end
        return held
    end

    local function asked_by(member)
        local id, index = string.match(member, '^(%d+):(%w+)$')
        if index == 'r' then
            return tonumber(redis.call('HGET', keys.task(id), task_field.reserved_pictures) or '1')
        end
        local text = id and redis.call('HGET', keys.calls(id), call_field.marker .. index)
        return text and tonumber(calls.parse_marker(text).count) or 1
    end

    local function holders_in(group)
        local found = holders[group]
        if not found then
            found = {}
            for _, slot in ipairs(groups.slots(group)) do
                local live = redis.call('ZRANGEBYSCORE', keys.slot(slot), stamp, '+inf')
                for _, member in ipairs(live) do
                    found[member] = asked_by(member)
                end
            end
            holders[group] = found
        end
        return found
    end

    -- Pictures and calls in progress in a group; with `below`, of calls that ask for fewer than it.
    -- Writes nothing.
    function groups.pictures(group, below)
        local sum, number = 0, 0
        for _, asks in pairs(holders_in(group)) do
            if not below or asks < below then
                sum, number = sum + asks, number + 1
            end
        end
        return sum, number
    end

    local function calls_in(group)
        local sum = 0
        for _, slot in ipairs(groups.slots(group)) do
            sum = sum + taken_at(slot)
        end
        return sum
    end

    -- Pictures that a task's reservation holds in a group, where its limit of pictures was looked
    -- at.
    function groups.reserved(group, id)
        return holders[group] and holders[group][id .. ':r'] or 0
    end

    -- The slot of a group at which `member` holds a place, `first` being looked at first; or nil.
    local function place_of(member, group, first)
        if redis.call('ZSCORE', keys.slot(first), member) then
            return first
        end
        for _, slot in ipairs(groups.slots(group)) do
            if slot ~= first and redis.call('ZSCORE', keys.slot(slot), member) then
                return slot
            end
        end
    end

    -- How many calls of `asks` pictures a group has room for by its limit of pictures; nil without
    -- one. A call that asks for more than the limit is cut to it (calling.lua): the second value is
    -- what it then asks for. While a call of `waits` pictures found too few places, smaller ones
    -- together leave it as many as it needs: it does not starve behind them, and what it could not
    -- use anyway is theirs.
    local function room_for_pictures(slot, asks, mine, waits)
        local most = groups.limit(slot.group, slot.pictures)
        if most == 0 then
            return nil
        end
        asks = math.min(asks, most)
        local own = mine and holders_in(slot.group)[mine] or 0
        local left = most - groups.pictures(slot.group) + own
        if waits and asks < waits then
            local small = groups.pictures(slot.group, waits) - (own < waits and own or 0)
            left = math.min(left, most - waits - small)
        end
        return math.floor(left / asks), asks
    end

    -- Calls of `asks` pictures of the lane that may start at a slot; what the member `mine` holds
    -- counts as free. A key that was left alone is tried by one real task first: a probe would cost
    -- money as well. If only pictures are in the way, the second value is how many have to be free.
    function places.free(slot, lane, asks, mine, waits)
        local name, group = slot.name, slot.group
        local own_limit, limit = operators_limits(name, slot.limit)
        if own_limit == 0 or groups.rests(group) > 0 then
            return 0
        end
        local gate, way = breakers.gate(name, mine), route.gate(name, lane, mine)
        if gate == 0 or way == 0 then
            return 0
        end
        gate = gate or way
        local until_ms = cooling.of(name)
        if until_ms then
            if until_ms > now then
                return 0
            end
            own_limit = 1
        end
        local own, all = own_limit - taken_at(name), limit - calls_in(group)
        if mine and (own <= 0 or all <= 0) then
            local at = place_of(mine, group, name)
            own, all = own + (at == name and 1 or 0), all + (at and 1 or 0)
        end
        local free = math.min(own, all, gate or own)
        if free <= 0 then
            return free
        end
        local fit, wanted = room_for_pictures(slot, asks, mine, waits)
        return fit and math.min(free, fit) or free, fit and fit <= 0 and wanted
    end

    -- Takes a place for a call of `asks` pictures. Whoever does has asked places.free() first.
    function places.take(slot, lane, member, until_ms, asks)
        gather('ZADD', keys.slot(slot), until_ms, member)
        if counted[slot] then
            counted[slot] = counted[slot] + 1
        end
        local known = holders[groups.of(slot)]
        if known then
            known[member] = asks
        end
        if not met[slot] then
            met[slot] = true
            redis.call('SADD', keys.slots, slot)
        end
        breakers.note_trial(slot, member, until_ms)
        route.note_trial(slot, lane, member, until_ms)
    end

    function places.drop(slot, member)
        local gone = redis.call('ZREM', keys.slot(slot), member)
        if counted[slot] then
            counted[slot] = counted[slot] - gone
        end
        local known = holders[groups.of(slot)]
        if known then
            known[member] = nil
        end
    end
end
