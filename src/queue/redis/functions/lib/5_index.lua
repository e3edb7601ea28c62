-- The tasks of a caller, in parts: a small set of numbers takes Redis 8 bytes each, an entry of a
-- sorted set 110. The sorted set knows the first id of each part; an id belongs to the last part
-- that does not begin after it.
local task_index = {}
do
    local part_size = 128

    local function part_of(caller, id)
        return redis.call('ZREVRANGEBYSCORE', keys.index(caller), id, '-inf', 'LIMIT', 0, 1)[1]
    end

    local function open_part(caller, id)
        redis.call('ZADD', keys.index(caller), id, id)
        return id
    end

    -- What adds the next new id of a caller to its part.
    local ends
    at_start(function() ends = {} end)
    local function end_of(caller, id)
        local last = ends[caller]
        if not last then
            local first = redis.call('ZREVRANGE', keys.index(caller), 0, 0)[1]
            last = {first = first, size = first and redis.call('SCARD', keys.part(caller, first))}
            ends[caller] = last
        end
        if not last.first or last.size >= part_size then
            last.first, last.size, last.adds = open_part(caller, id), 0, nil
        end
        last.size = last.size + 1
        last.adds = last.adds or gathering('SADD', keys.part(caller, last.first))
        return last.adds
    end

    -- `newest`: it is later than every id before it; only such a one may begin a part behind
    -- others.
    function task_index.add(caller, id, newest)
        if newest then
            add_to(end_of(caller, id), id)
        else
            local first = part_of(caller, id) or open_part(caller, id)
            redis.call('SADD', keys.part(caller, first), id)
        end
    end

    function task_index.has(caller, id)
        local first = part_of(caller, id)
        return first and redis.call('SISMEMBER', keys.part(caller, first), id) == 1
    end

    function task_index.drop(caller, id)
        local first = part_of(caller, id)
        if first then
            redis.call('SREM', keys.part(caller, first), id)
            if redis.call('EXISTS', keys.part(caller, first)) == 0 then
                redis.call('ZREM', keys.index(caller), first)
            end
        end
    end

    -- The newest ids of a caller, newest first, at most `most`: from `from` on, below `before`.
    function task_index.newest(caller, from, before, most)
        local found, part = {}, 0
        while #found < most do
            local first = redis.call('ZREVRANGE', keys.index(caller), part, part)[1]
            if not first then
                break
            end
            local ids = {}
            for _, id in ipairs(redis.call('SMEMBERS', keys.part(caller, first))) do
                if tonumber(id) >= from and tonumber(id) < before then
                    ids[#ids + 1] = id
                end
            end
            table.sort(ids, function(a, b) return a > b end)
            for i = 1, math.min(#ids, most - #found) do
                found[#found + 1] = ids[i]
            end
            if tonumber(first) < from then
                break
            end
            part = part + 1
        end
        return found
    end
end
