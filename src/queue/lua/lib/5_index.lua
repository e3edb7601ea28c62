-- The tasks of a caller, in parts: a small set of numbers takes Redis 8 bytes each, an entry of a
-- sorted set 110. The sorted set knows the first id of each part; an id belongs to the last part
-- that does not begin after it.
local index_part_size = 128

local function index_part(caller, id)
    return redis.call('ZREVRANGEBYSCORE', index_key(caller), id, '-inf', 'LIMIT', 0, 1)[1]
end

local function open_index_part(caller, id)
    redis.call('ZADD', index_key(caller), id, id)
    return id
end

-- What adds the next new id of a caller to its part.
local index_ends
at_start(function() index_ends = {} end)
local function index_end(caller, id)
    local last = index_ends[caller]
    if not last then
        local first = redis.call('ZREVRANGE', index_key(caller), 0, 0)[1]
        last = {first = first, size = first and redis.call('SCARD', part_key(caller, first))}
        index_ends[caller] = last
    end
    if not last.first or last.size >= index_part_size then
        last.first, last.size, last.adds = open_index_part(caller, id), 0, nil
    end
    last.size = last.size + 1
    last.adds = last.adds or gathering('SADD', part_key(caller, last.first))
    return last.adds
end

-- `newest`: it is later than every id before it; only such a one may begin a part behind others.
local function add_to_index(caller, id, newest)
    if newest then
        add_to(index_end(caller, id), id)
    else
        local first = index_part(caller, id) or open_index_part(caller, id)
        redis.call('SADD', part_key(caller, first), id)
    end
end

local function in_index(caller, id)
    local first = index_part(caller, id)
    return first and redis.call('SISMEMBER', part_key(caller, first), id) == 1
end

local function drop_from_index(caller, id)
    local first = index_part(caller, id)
    if first then
        redis.call('SREM', part_key(caller, first), id)
        if redis.call('EXISTS', part_key(caller, first)) == 0 then
            redis.call('ZREM', index_key(caller), first)
        end
    end
end

-- The newest ids of a caller, newest first, at most `most`: from `from` on, below `before`.
local function newest_of(caller, from, before, most)
    local found, part = {}, 0
    while #found < most do
        local first = redis.call('ZREVRANGE', index_key(caller), part, part)[1]
        if not first then
            break
        end
        local ids = {}
        for _, id in ipairs(redis.call('SMEMBERS', part_key(caller, first))) do
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
