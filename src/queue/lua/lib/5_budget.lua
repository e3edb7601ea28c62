-- What a day (UTC) may cost. A call's price is held from its marker until its end is known, so
-- calls side by side cannot overshoot together; what is held for a call that nobody heard of again
-- stays held, because it may have been billed.
local function day_of(time) return string.format('%.0f', math.floor(time / 86400000)) end

local spend_kept_seconds = 40 * 86400

-- True if `micros` more fit under the caps of the backend and of all (0: none).
local function within_budget(backend, micros, cap, total_cap)
    if cap == 0 and total_cap == 0 then
        return true
    end
    local mine, all = micros, micros
    for _, key in ipairs({spend_key(day_of(now)), held_key(day_of(now))}) do
        local flat = redis.call('HGETALL', key)
        for i = 1, #flat, 2 do
            all = all + tonumber(flat[i + 1])
            mine = mine + (flat[i] == backend and tonumber(flat[i + 1]) or 0)
        end
    end
    return (cap == 0 or mine <= cap) and (total_cap == 0 or all <= total_cap)
end

local function hold_price(id, index, slot, micros)
    if micros == 0 then
        return
    end
    local day = day_of(now)
    redis.call('HSET', calls_key(id), 'r' .. index, string.format('%s|%.0f', day, micros))
    redis.call('HINCRBY', held_key(day), backend_of(slot), string.format('%.0f', micros))
    redis.call('EXPIRE', held_key(day), spend_kept_seconds)
end

local function release_hold(id, index, slot)
    local held = redis.call('HGET', calls_key(id), 'r' .. index)
    if not held then
        return
    end
    local day, micros = string.match(held, '^(%d+)|(%d+)$')
    redis.call('HDEL', calls_key(id), 'r' .. index)
    if redis.call('HINCRBY', held_key(day), backend_of(slot), '-' .. micros) <= 0 then
        redis.call('HDEL', held_key(day), backend_of(slot))
    end
end
