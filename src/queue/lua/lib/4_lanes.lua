-- Waiting tasks. A lane is a capability class ("generate/V_3"), or "storing" for tasks whose
-- answers are paid. In a lane each caller has a queue ordered by id, so a task that comes back
-- stands at the head; the ring orders the callers by virtual time (weighted fair queueing: a start
-- costs 1/weight).

local function read_caller(caller)
    local text = redis.call('HGET', callers_key, caller) or '1|0|0'
    local weight, waiting, running = string.match(text, '^(%d+)|(%d+)|(%d+)$')
    return tonumber(weight), tonumber(waiting), tonumber(running)
end

-- Makes a lane known, and the caller's place in its ring. A caller that was idle starts at the
-- clock of the ring: idling saves up no right to a burst.
local function open_lane(lane, caller)
    redis.call('SADD', lanes_key, lane)
    if not redis.call('ZSCORE', ring_key(lane), caller) then
        local times = redis.call('HMGET', fair_key, caller, '@clock')
        local mine, clock = tonumber(times[1] or '0'), tonumber(times[2] or '0')
        if mine < clock then
            mine = clock
            redis.call('HSET', fair_key, caller, mine)
        end
        redis.call('ZADD', ring_key(lane), mine, caller)
    end
end

local function enter_lane(id, lane)
    local task = redis.call('HMGET', task_key(id), 'c', 'd')
    local caller = task[1]
    redis.call('ZADD', queue_key(lane, caller), id, id)
    open_lane(lane, caller)
    if lane ~= 'storing' then
        redis.call('ZADD', waiting_key, task[2], id)
    end
    redis.call('HSET', task_key(id), 's', 'queued', 'ql', lane)
    redis.call('PUBLISH', hint_channel, 'q ' .. lane)
end

local function leave_lane(id, lane, caller)
    redis.call('ZREM', queue_key(lane, caller), id)
    redis.call('ZREM', waiting_key, id)
    if redis.call('EXISTS', queue_key(lane, caller)) == 0 then
        redis.call('ZREM', ring_key(lane), caller)
        if redis.call('EXISTS', ring_key(lane)) == 0 then
            redis.call('SREM', lanes_key, lane)
        end
    end
end

-- The caller whose turn it is in a lane, and that may run one more task; nil if none. Ring entries
-- may be behind the caller's true virtual time (it started tasks of other lanes): then they move.
local function next_caller(lane)
    local offset = 0
    while true do
        local entry = redis.call('ZRANGE', ring_key(lane), offset, offset, 'WITHSCORES')
        if #entry == 0 then
            return nil
        end
        local caller = entry[1]
        local mine = tonumber(redis.call('HGET', fair_key, caller) or '0')
        if mine > tonumber(entry[2]) then
            redis.call('ZADD', ring_key(lane), mine, caller)
        else
            local weight, _, most = read_caller(caller)
            if most == 0 or redis.call('SCARD', running_key(caller)) < most then
                return caller, mine, weight
            end
            offset = offset + 1
        end
    end
end

-- Takes the next task out of a lane; returns its id and caller, or nil. The clock never goes back,
-- although a lane that was blocked for long is behind: else its start would be a burst for
-- newcomers.
local function take_next(lane)
    local caller, mine, weight = next_caller(lane)
    if not caller then
        return nil
    end
    local id = redis.call('ZRANGE', queue_key(lane, caller), 0, 0)[1]
    local later = mine + 1 / weight
    local clock = math.max(mine, tonumber(redis.call('HGET', fair_key, '@clock') or '0'))
    redis.call('HSET', fair_key, caller, later, '@clock', clock)
    redis.call('ZADD', ring_key(lane), later, caller)
    leave_lane(id, lane, caller)
    return id, caller
end

-- How a key is left alone: until when, after how many refusals in a row, disabled 0/1; or nil.
local function read_cooling(slot)
    local text = redis.call('HGET', cool_key, slot)
    if not text then
        return nil
    end
    local until_ms, times, disabled = string.match(text, '^(%d+)|(%d+)|([01])$')
    return tonumber(until_ms), tonumber(times), disabled
end

-- Free places of a slot, of which `mine` count as free: limits are set sizes, and holders past
-- their time do not count. A key that was left alone is tried by one real task first: a probe would
-- cost money as well.
local function free_places(slot, limit, mine)
    local gate = breaker_gate(slot, mine)
    if gate == 0 then
        return 0
    end
    local until_ms = read_cooling(slot)
    if until_ms then
        if until_ms > now then
            return 0
        end
        limit = 1
    end
    redis.call('ZREMRANGEBYSCORE', slot_key(slot), '-inf', '(' .. now)
    if mine and redis.call('ZSCORE', slot_key(slot), mine) then
        limit = limit + 1
    end
    local free = limit - redis.call('ZCARD', slot_key(slot))
    return gate and math.min(free, gate) or free
end

local function take_place(slot, member, until_ms)
    redis.call('ZADD', slot_key(slot), until_ms, member)
    redis.call('SADD', slots_key, slot)
    note_trial(slot, member, until_ms)
end
