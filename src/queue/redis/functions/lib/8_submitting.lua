-- What submit and submit_modal share.
local submits = {}

local idempotency_ttl_ms = 86400000

-- How many more tasks the live workers could hold.
function submits.worker_room()
    local room = 0
    if switch('dispatch') then
        return room
    end
    for _, worker in ipairs(redis.call('ZRANGEBYSCORE', keys.workers, now, '+inf')) do
        room = room + tonumber(redis.call('HGET', keys.capacity, worker) or '0')
    end
    return room - redis.call('ZCARD', keys.lease)
end

-- How many calls of a lane could start at these slots. Those of one group share its places.
function submits.free_calls(slots, lane)
    local by_group, free = {}, 0
    for _, slot in ipairs(slots) do
        local here = places.free(slot, lane, slot.asks)
        local known = by_group[slot.group] or 0
        if here > known then
            by_group[slot.group] = here
            free = free + here - known
        end
    end
    return free
end

-- The id that an idempotency key stands for, or nil; and whether the fingerprint is another one.
function submits.known(caller, hash, fingerprint)
    if hash == '' then
        return nil
    end
    local known = redis.call('GET', keys.idempotency(caller, hash))
    if not known then
        return nil
    end
    local id, first = string.match(known, '^(%d+)|(.*)$')
    return id, first ~= fingerprint
end

function submits.remember(caller, hash, fingerprint, id)
    if hash ~= '' then
        redis.call('SET', keys.idempotency(caller, hash), id .. '|' .. fingerprint, 'PX',
            idempotency_ttl_ms)
    end
end

-- A caller's waiting tasks over all lanes.
function submits.waiting_of(caller)
    local mine = 0
    for _, lane in ipairs(redis.call('SMEMBERS', keys.lanes)) do
        if lane ~= 'storing' then
            mine = mine + redis.call('ZCARD', keys.queue(lane, caller))
        end
    end
    return mine
end

-- What a caller may submit of late: a bucket that holds as many as its rate names, and is refilled
-- evenly. All that is kept of it is when it will be full again.
local bucket = {}

-- nil without a rate.
function bucket.of(caller)
    local count, period = string.match(redis.call('HGET', keys.rates, caller) or '',
        '^(%d+)|(%d+)$')
    if not count then
        return nil
    end
    period = tonumber(period)
    local full = tonumber(redis.call('HGET', keys.buckets, caller) or '0')
    return {
        caller = caller, period = period, each = period / count,
        full = math.max(now, math.min(full, now + period)) -- the rate may have been another
    }
end

-- In how many ms it has one to give; 0: now.
function bucket.wait(of)
    return math.max(0, math.ceil(of.full + of.each - of.period - now - 0.5))
end

-- Takes one out; written at the script's end.
function bucket.draw(of)
    if not of.drawn then
        of.drawn = true
        at_end(function()
            redis.call('HSET', keys.buckets, of.caller, string.format('%.3f', of.full))
        end)
    end
    of.full = of.full + of.each
end

-- The task that carries the mark of one submit: the given id, or one of the caller's since then.
function submits.find_marked(caller, mark, given, since)
    local ids = {given}
    if given == '' then
        ids = task_index.newest(caller, tonumber(since .. '000'), math.huge, math.huge)
    end
    for _, id in ipairs(ids) do
        if redis.call('HGET', keys.task(id), task_field.mark) == mark then
            return id
        end
    end
    return nil
end
