-- The breaker of a backend, over all its keys and all processes: more than half of at least ten
-- calls failing within a minute open it. Then nothing goes there for a while, and after that one
-- real task at a time tries it: a probe would cost money as well.
local breaker_window_ms = 60000
local breaker_calls = 10
local breaker_open_ms = 30000
local breaker_kept_ms = 3600000 -- of a backend that is asked no more

local function backend_of(slot) return string.match(slot, '^(.*):[^:]*$') or slot end

-- How many more calls the breaker lets through: nil while it is closed (no limit of its own), else
-- 0 or 1. `mine` is a member that may already be the one that tries.
local function breaker_gate(slot, mine)
    local state = redis.call('HMGET', breaker_key(backend_of(slot)), 'u', 'p', 'pu')
    if not state[1] then
        return nil
    end
    local tried = state[2] and state[2] ~= mine and tonumber(state[3]) >= now
    return (tonumber(state[1]) > now or tried) and 0 or 1
end

-- A place that is taken while the breaker is half open is the one that tries.
local function note_trial(slot, member, until_ms)
    local key = breaker_key(backend_of(slot))
    if redis.call('EXISTS', key) == 1 then
        redis.call('HSET', key, 'p', member, 'pu', until_ms)
    end
end

local function open_breaker(backend)
    redis.call('DEL', breaker_key(backend), tried_key(backend), failed_key(backend))
    redis.call('HSET', breaker_key(backend), 'u', now + breaker_open_ms)
end

-- What the end of a call (or of a reservation) says about its backend: 'good', 'bad', or 'nothing'.
-- While the breaker is not closed only the one that tries is listened to: the others began before.
local function judge_backend(slot, member, verdict)
    local backend = backend_of(slot)
    local state = redis.call('HMGET', breaker_key(backend), 'u', 'p')
    if state[1] then
        if state[2] == member then
            redis.call('HDEL', breaker_key(backend), 'p', 'pu')
            if verdict == 'good' then
                redis.call('DEL', breaker_key(backend))
            elseif verdict == 'bad' then
                open_breaker(backend)
            end
        end
        return
    end
    if verdict == 'nothing' then
        return
    end
    local tried, failed = tried_key(backend), failed_key(backend)
    redis.call('ZADD', tried, now, member)
    redis.call(verdict == 'bad' and 'ZADD' or 'ZREM', failed,
        unpack(verdict == 'bad' and {now, member} or {member}))
    for _, key in ipairs({tried, failed}) do
        redis.call('ZREMRANGEBYSCORE', key, '-inf', now - breaker_window_ms)
        redis.call('PEXPIRE', key, breaker_kept_ms)
    end
    local calls = redis.call('ZCARD', tried)
    if calls >= breaker_calls and 2 * redis.call('ZCARD', failed) > calls then
        open_breaker(backend)
    end
end
