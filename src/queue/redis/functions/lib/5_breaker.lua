-- The backend of a slot "<backend>:<digest of its key>".
local function backend_of(slot) return string.match(slot, '^(.*):[^:]*$') or slot end

-- The breaker of a backend, over all its keys and all processes: more than half of at least ten
-- calls failing within a minute open it. Then nothing goes there for a while, and after that one
-- real task at a time tries it: a probe would cost money as well.
local breakers = {}
do
    local window_ms = 60000
    local enough_calls = 10
    local open_ms = 30000
    local kept_ms = 3600000 -- of a backend that is asked no more

    -- A breaker by the fields of its hash, read once; closed if it is open until no time.
    local known
    at_start(function() known = {} end)
    function breakers.of(slot)
        local backend = backend_of(slot)
        local breaker = known[backend]
        if not breaker then
            local got = redis.call('HMGET', keys.breaker(backend), breaker_field.open_until,
                breaker_field.trial, breaker_field.trial_until)
            breaker = {
                backend = backend, open_until = got[1], trial = got[2], trial_until = got[3]
            }
            known[backend] = breaker
        end
        return breaker
    end

    -- How many more calls the breaker lets through: nil while it is closed (no limit of its own),
    -- else 0 or 1. `mine` is a member that may already be the one that tries.
    function breakers.gate(slot, mine)
        local breaker = breakers.of(slot)
        if not breaker.open_until then
            return nil
        end
        local tried = breaker.trial and breaker.trial ~= mine
            and tonumber(breaker.trial_until) >= now
        return (tonumber(breaker.open_until) > now or tried) and 0 or 1
    end

    -- A place that is taken while the breaker is half open is the one that tries.
    function breakers.note_trial(slot, member, until_ms)
        local breaker = breakers.of(slot)
        if breaker.open_until then
            breaker.trial, breaker.trial_until = member, until_ms
            redis.call('HSET', keys.breaker(breaker.backend), breaker_field.trial, member,
                breaker_field.trial_until, until_ms)
        end
    end

    local function open_breaker(breaker)
        local backend = breaker.backend
        redis.call('DEL', keys.breaker(backend), keys.tried(backend), keys.failed(backend))
        breaker.open_until, breaker.trial = moment(open_ms), false
        redis.call('HSET', keys.breaker(backend), breaker_field.open_until, breaker.open_until)
    end

    local function settle_trial(breaker, verdict)
        redis.call('HDEL', keys.breaker(breaker.backend), breaker_field.trial,
            breaker_field.trial_until)
        breaker.trial = false
        if verdict == 'good' then
            redis.call('DEL', keys.breaker(breaker.backend))
            breaker.open_until = false
        elseif verdict == 'bad' then
            open_breaker(breaker)
        end
    end

    -- The calls that a script has judged at a closed breaker, counted.
    local function count_failures(breaker)
        local tried, failed = keys.tried(breaker.backend), keys.failed(breaker.backend)
        redis.call('ZADD', tried, unpack(breaker.tried))
        if #breaker.good > 0 then
            redis.call('ZREM', failed, unpack(breaker.good))
        end
        if #breaker.failed > 0 then
            redis.call('ZADD', failed, unpack(breaker.failed))
            redis.call('PEXPIRE', failed, kept_ms)
        end
        redis.call('PEXPIRE', tried, kept_ms)
        redis.call('ZREMRANGEBYSCORE', tried, '-inf', now - window_ms)
        redis.call('ZREMRANGEBYSCORE', failed, '-inf', now - window_ms)
        local failures = redis.call('ZCARD', failed)
        if failures > 0 then
            local all = redis.call('ZCARD', tried)
            if all >= enough_calls and 2 * failures > all then
                open_breaker(breaker)
            end
        end
    end

    local function add_member(list, member)
        list[#list + 1] = stamp
        list[#list + 1] = member
    end

    -- What the end of a call (or of a reservation) says about its backend: 'good', 'bad', or
    -- 'nothing'. While the breaker is not closed only the one that tries is listened to: the others
    -- began before.
    function breakers.judge(slot, member, verdict)
        local breaker = breakers.of(slot)
        if breaker.open_until then
            if breaker.trial == member then
                settle_trial(breaker, verdict)
            end
            return
        end
        if verdict == 'nothing' then
            return
        end
        if not breaker.tried then
            breaker.tried, breaker.failed, breaker.good = {}, {}, {}
            at_end(function() count_failures(breaker) end)
        end
        add_member(breaker.tried, member)
        if verdict == 'bad' then
            add_member(breaker.failed, member)
        else
            breaker.good[#breaker.good + 1] = member
        end
    end
end
