-- History and outbox. Both are written in the script of the transition that they tell of, so there
-- is no transition without its callback, and no callback without its transition.
local history_limit = 200

-- Appends "<sequence>|<ms>|<text>" to the task's history and returns the sequence. Whoever watches
-- is told which task to look at; what they then read is what the whole script has done.
local function add_event(id, text)
    local sequence = redis.call('HINCRBY', task_key(id), 'e', 1)
    local length = redis.call('RPUSH', history_key(id), sequence .. '|' .. now .. '|' .. text)
    if length > history_limit then
        redis.call('LTRIM', history_key(id), -history_limit, -1)
    end
    redis.call('PUBLISH', live_channel, id)
    return sequence
end

local function status_of(entry)
    return string.match(entry, '^%d+|([A-Z_]+)|')
end

-- Queues a callback for a task with a hook. A progress event replaces an unsent progress event; a
-- head that failed before is superseded and leaves at once (contract §5).
local function post(id, sequence, status, progress)
    local state = redis.call('HMGET', task_key(id), 'hk', 'on', 'oa')
    if state[1] ~= '1' then
        return
    end
    local outbox = outbox_key(id)
    local length = redis.call('LLEN', outbox)
    if length > 1 and status == 'IN_PROGRESS' then
        if status_of(redis.call('LINDEX', outbox, -1)) == 'IN_PROGRESS' then
            redis.call('RPOP', outbox)
            length = length - 1
        end
    end
    local leased = state[2] and state[2] ~= ''
    if length > 0 and not leased and tonumber(state[3] or '0') > 0 then
        redis.call('LPOP', outbox)
        redis.call('HSET', task_key(id), 'oa', 0)
        redis.call('ZREM', due_key, id)
    end
    redis.call('RPUSH', outbox, sequence .. '|' .. status .. '|' .. progress)
    redis.call('ZADD', due_key, 'NX', now, id)
    redis.call('PUBLISH', hint_channel, 'c')
end
