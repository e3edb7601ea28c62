-- What is known of groups of slots, in one hash that is read whole, at most once a script. Its
-- fields: g:<slot> '<group>|<pictures>', as last told (none: a group of its own without a limit of
-- pictures); l:<group> '<limit>|<ms>', the limit that an upstream taught, and when; r:<group>
-- '<until>|<times>', its rest; w:<group> '<pictures>|<ms>', the largest call that found too few
-- places, and when it was last looked for.
local groups = {}
do
    local raised_every_ms = 600000
    local waits_for_ms = 2000
    local known, members -- members: group -> slots
    at_start(function() known, members = nil, nil end)

    local function read()
        if not known then
            known = {}
            local flat = redis.call('HGETALL', keys.places)
            for i = 1, #flat, 2 do
                known[flat[i]] = flat[i + 1]
            end
        end
        return known
    end

    -- False: nothing is known any more.
    function groups.note(field, text)
        if (read()[field] or false) == text then
            return
        end
        known[field] = text or nil
        members = nil
        if text then
            redis.call('HSET', keys.places, field, text)
        else
            redis.call('HDEL', keys.places, field)
        end
    end

    -- The group of a slot, and its limit of pictures as it is configured.
    function groups.of(slot)
        local group, pictures = string.match(read()['g:' .. slot] or '', '^(.-)|(%d+)$')
        return group or slot, tonumber(pictures or '0')
    end

    function groups.slots(group)
        if not members then
            members = {}
            for field in pairs(read()) do
                local slot = string.match(field, '^g:(.*)$')
                if slot then
                    local its = groups.of(slot)
                    members[its] = members[its] or {}
                    table.insert(members[its], slot)
                end
            end
        end
        return members[group] or {group}
    end

    local function pair(field)
        local first, second = string.match(read()[field] or '', '^(%d+)|(%d+)$')
        return tonumber(first), tonumber(second)
    end

    -- The limit of pictures that holds in a group, 0: none; and when it was lowered, if it is. A
    -- lowered one rises by one every so often, because what lowered it may be over.
    function groups.limit(group, configured)
        local limit, since = pair('l:' .. group)
        local risen = limit and limit + math.floor((now - since) / raised_every_ms)
        if risen and (configured == 0 or risen < configured) then
            return risen, since
        end
        return configured
    end

    function groups.lower(group, limit)
        groups.note('l:' .. group, string.format('%d|%s', limit, stamp))
    end

    -- Until when nothing starts in a group; 0: it does not rest.
    function groups.rests(group)
        local until_ms = pair('r:' .. group)
        return until_ms and until_ms > now and until_ms or 0
    end

    -- As a key's cooling: refusals side by side are one piece of news.
    function groups.rest(group)
        local shortest_ms, longest_ms = 1000, 60000
        local until_ms, times = pair('r:' .. group)
        if until_ms and until_ms > now then
            return
        end
        times = (times or 0) + 1
        local pause = math.min(longest_ms, shortest_ms * 2 ^ math.min(times - 1, 10))
        groups.note('r:' .. group, string.format('%.0f|%d', now + pause, times))
    end

    -- A call that began after the rest was taken: there is room again.
    function groups.works(group, started)
        local until_ms = pair('r:' .. group)
        if until_ms and started >= until_ms then
            groups.note('r:' .. group, false)
        end
    end

    -- The pictures of a call that waits for places; nil if none does.
    function groups.waiting(group)
        local asks, seen = pair('w:' .. group)
        return asks and seen + waits_for_ms >= now and asks or nil
    end

    -- Tells that a call of so many waits; false: none does any more.
    function groups.wait(group, asks)
        local known_asks, seen = pair('w:' .. group)
        if not asks then
            groups.note('w:' .. group, false)
        elseif known_asks ~= asks or seen + waits_for_ms / 2 < now then
            groups.note('w:' .. group, string.format('%d|%s', asks, stamp))
        end
    end
end
