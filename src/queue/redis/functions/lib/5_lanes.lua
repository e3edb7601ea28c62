-- Waiting tasks. A lane is a capability class ("generate/V_3"), or "storing" for tasks whose
-- answers are paid. In a lane each caller has a queue ordered by id, so a task that comes back
-- stands at the head; the ring orders the callers by virtual time (weighted fair queueing: a start
-- costs 1/weight).

local queues = {}

function queues.limits_of(caller)
    local text = redis.call('HGET', keys.callers, caller) or '1|0|0'
    local weight, waiting, running = string.match(text, '^(%d+)|(%d+)|(%d+)$')
    return tonumber(weight), tonumber(waiting), tonumber(running)
end

-- Makes a lane known, and the caller's place in its ring. A caller that was idle starts at the
-- clock of the ring: idling saves up no right to a burst.
function queues.open(lane, caller)
    redis.call('SADD', keys.lanes, lane)
    if not redis.call('ZSCORE', keys.ring(lane), caller) then
        local times = redis.call('HMGET', keys.fair, caller, '@clock')
        local mine, clock = tonumber(times[1] or '0'), tonumber(times[2] or '0')
        if mine < clock then
            mine = clock
            redis.call('HSET', keys.fair, caller, mine)
        end
        redis.call('ZADD', keys.ring(lane), mine, caller)
    end
end

function queues.enter(task, lane)
    redis.call('ZADD', keys.queue(lane, task.caller), task.id, task.id)
    queues.open(lane, task.caller)
    if lane ~= 'storing' then
        redis.call('ZADD', keys.waiting, task.deadline, task.id)
    end
    set(task, 'state', 'queued')
    set(task, 'queued_lane', lane)
    hint('q ' .. lane)
end

-- What is left to do when tasks have left a caller's queue.
local function close_lane(lane, caller)
    if redis.call('EXISTS', keys.queue(lane, caller)) == 0 then
        redis.call('ZREM', keys.ring(lane), caller)
        if redis.call('EXISTS', keys.ring(lane)) == 0 then
            redis.call('SREM', keys.lanes, lane)
        end
    end
end

function queues.leave(task)
    redis.call('ZREM', keys.queue(task.queued_lane, task.caller), task.id)
    redis.call('ZREM', keys.waiting, task.id)
    close_lane(task.queued_lane, task.caller)
end

-- The caller whose turn it is in a lane, and that may run one more task; nil if none. Ring entries
-- may be behind the caller's true virtual time (it started tasks of other lanes): then they move.
-- Returns the caller, its time and weight, how many more it may run, and who comes next, when.
function queues.next_caller(lane)
    local offset = 0
    while true do
        local entry = redis.call('ZRANGE', keys.ring(lane), offset, offset + 1, 'WITHSCORES')
        if #entry == 0 then
            return nil
        end
        local caller = entry[1]
        local mine = tonumber(redis.call('HGET', keys.fair, caller) or '0')
        if mine > tonumber(entry[2]) then
            redis.call('ZADD', keys.ring(lane), mine, caller)
        else
            local weight, _, most = queues.limits_of(caller)
            local room = most == 0 and math.huge
                or most - redis.call('SCARD', keys.running(caller))
            if room > 0 then
                return caller, mine, weight, room, entry[3], tonumber(entry[4])
            end
            offset = offset + 1
        end
    end
end

-- Takes the next tasks out of a lane, at most `most`, as long as it is one caller's turn; returns
-- their ids and the caller, or nil. The clock never goes back, although a lane that was blocked for
-- long is behind: else its start would be a burst for newcomers.
function queues.take(lane, most)
    local caller, time, weight, room, next_one, its_time = queues.next_caller(lane)
    if not caller then
        return nil
    end
    local turns, later = 1, time + 1 / weight
    while turns < math.min(most, room) and (not its_time or later < its_time
        or (later == its_time and caller < next_one)) do
        turns, later = turns + 1, later + 1 / weight
    end
    local key = keys.queue(lane, caller)
    local ids = redis.call('ZRANGE', key, 0, turns - 1)
    local last = time
    later = time
    for _ = 1, #ids do
        last, later = later, later + 1 / weight
    end
    local clock = math.max(last, tonumber(redis.call('HGET', keys.fair, '@clock') or '0'))
    redis.call('HSET', keys.fair, caller, later, '@clock', clock)
    redis.call('ZADD', keys.ring(lane), later, caller)
    redis.call('ZREM', key, unpack(ids))
    redis.call('ZREM', keys.waiting, unpack(ids))
    close_lane(lane, caller)
    return ids, caller
end
