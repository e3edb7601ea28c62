-- What submit and submit_modal share.
local idempotency_ttl_ms = 86400000

-- True if a task that comes after `ahead` others could start now: a live worker has room, and one
-- of its slots (ARGV[first], name and limit in turn) has a place that no task ahead of it will
-- take.
local function could_start(ahead, first)
    local room = 0
    for _, worker in ipairs(redis.call('ZRANGEBYSCORE', workers_key, now, '+inf')) do
        room = room + tonumber(redis.call('HGET', capacity_key, worker) or '0')
    end
    if room - redis.call('ZCARD', lease_key) - ahead <= 0 then
        return false
    end
    local free = -ahead
    for i = first, #ARGV, 2 do
        free = free + math.max(0, free_places(ARGV[i], tonumber(ARGV[i + 1])))
        if free > 0 then
            return true
        end
    end
    return false
end

-- The id that an idempotency key stands for, or nil; and whether the fingerprint is another one.
local function known_submit(caller, hash, fingerprint)
    if hash == '' then
        return nil
    end
    local known = redis.call('GET', idempotency_key(caller, hash))
    if not known then
        return nil
    end
    local id, first = string.match(known, '^(%d+)|(.*)$')
    return id, first ~= fingerprint
end

local function remember_submit(caller, hash, fingerprint, id)
    if hash ~= '' then
        redis.call('SET', idempotency_key(caller, hash), id .. '|' .. fingerprint, 'PX',
            idempotency_ttl_ms)
    end
end

-- The word that refuses one more waiting task, or nil.
local function refuse_waiting(caller, ahead, queue_limit)
    if ahead >= tonumber(queue_limit) then
        return 'queue_full'
    end
    local _, most = read_caller(caller)
    if most > 0 then
        local mine = 0
        for _, lane in ipairs(redis.call('SMEMBERS', lanes_key)) do
            if lane ~= 'storing' then
                mine = mine + redis.call('ZCARD', queue_key(lane, caller))
            end
        end
        if mine >= most then
            return 'caller_full'
        end
    end
    return nil
end

-- The task that carries the mark of one submit: the given id, or one of the caller's since then.
local function find_marked(caller, mark, given, since)
    local ids = {given}
    if given == '' then
        ids = redis.call('ZRANGEBYSCORE', index_key(caller), since .. '000', '+inf')
    end
    for _, id in ipairs(ids) do
        if redis.call('HGET', task_key(id), 'm') == mark then
            return id
        end
    end
    return nil
end
