-- The breaker of a backend, over all its keys and all processes: more than half of at least ten
-- calls failing within a minute open it. Then nothing goes there for a while, and after that one
-- real task at a time tries it: a probe would cost money as well.
local breaker_window_ms = 60000
local breaker_calls = 10
local breaker_open_ms = 30000
local breaker_kept_ms = 3600000 -- of a backend that is asked no more

local function backend_of(slot) return string.match(slot, '^(.*):[^:]*$') or slot end

-- A breaker by the fields of its hash, read once; closed if it has no time `u`.
local breakers
at_start(function() breakers = {} end)
local function breaker_of(slot)
    local backend = backend_of(slot)
    local breaker = breakers[backend]
    if not breaker then
        local got = redis.call('HMGET', breaker_key(backend), 'u', 'p', 'pu')
        breaker = {backend = backend, u = got[1], p = got[2], pu = got[3]}
        breakers[backend] = breaker
    end
    return breaker
end

-- How many more calls the breaker lets through: nil while it is closed (no limit of its own), else
-- 0 or 1. `mine` is a member that may already be the one that tries.
local function breaker_gate(slot, mine)
    local breaker = breaker_of(slot)
    if not breaker.u then
        return nil
    end
    local tried = breaker.p and breaker.p ~= mine and tonumber(breaker.pu) >= now
    return (tonumber(breaker.u) > now or tried) and 0 or 1
end

-- A place that is taken while the breaker is half open is the one that tries.
local function note_trial(slot, member, until_ms)
    local breaker = breaker_of(slot)
    if breaker.u then
        breaker.p, breaker.pu = member, until_ms
        redis.call('HSET', breaker_key(breaker.backend), 'p', member, 'pu', until_ms)
    end
end

local function open_breaker(breaker)
    local backend = breaker.backend
    redis.call('DEL', breaker_key(backend), tried_key(backend), failed_key(backend))
    breaker.u, breaker.p = moment(breaker_open_ms), false
    redis.call('HSET', breaker_key(backend), 'u', breaker.u)
end

local function settle_trial(breaker, verdict)
    redis.call('HDEL', breaker_key(breaker.backend), 'p', 'pu')
    breaker.p = false
    if verdict == 'good' then
        redis.call('DEL', breaker_key(breaker.backend))
        breaker.u = false
    elseif verdict == 'bad' then
        open_breaker(breaker)
    end
end

-- The calls that a script has judged at a closed breaker, counted.
local function count_failures(breaker)
    local tried, failed = tried_key(breaker.backend), failed_key(breaker.backend)
    redis.call('ZADD', tried, unpack(breaker.tried))
    if #breaker.good > 0 then
        redis.call('ZREM', failed, unpack(breaker.good))
    end
    if #breaker.failed > 0 then
        redis.call('ZADD', failed, unpack(breaker.failed))
        redis.call('PEXPIRE', failed, breaker_kept_ms)
    end
    redis.call('PEXPIRE', tried, breaker_kept_ms)
    redis.call('ZREMRANGEBYSCORE', tried, '-inf', now - breaker_window_ms)
    redis.call('ZREMRANGEBYSCORE', failed, '-inf', now - breaker_window_ms)
    local failures = redis.call('ZCARD', failed)
    if failures > 0 then
        local calls = redis.call('ZCARD', tried)
        if calls >= breaker_calls and 2 * failures > calls then
            open_breaker(breaker)
        end
    end
end

local function add_member(list, member)
    list[#list + 1] = stamp
    list[#list + 1] = member
end

-- What the end of a call (or of a reservation) says about its backend: 'good', 'bad', or 'nothing'.
-- While the breaker is not closed only the one that tries is listened to: the others began before.
local function judge_backend(slot, member, verdict)
    local breaker = breaker_of(slot)
    if breaker.u then
        if breaker.p == member then
            settle_trial(breaker, verdict)
        end
        return
    end
    if verdict == 'nothing' then
        return
    end
    if not breaker.tried then
        breaker.tried, breaker.failed, breaker.good = {}, {}, {}
        at_end[#at_end + 1] = function() count_failures(breaker) end
    end
    add_member(breaker.tried, member)
    if verdict == 'bad' then
        add_member(breaker.failed, member)
    else
        breaker.good[#breaker.good + 1] = member
    end
end
