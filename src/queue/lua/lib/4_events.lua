-- History and outbox. Both are written in the script of the transition that they tell of, so there
-- is no transition without its callback, and no callback without its transition.

-- Numbers the next event of a task, without a place in its history.
local function next_sequence(task)
    task.e = tonumber(task.e or '1') + 1
    task.stepped = true
    return task.e
end

-- Appends "<sequence>|<ms>|<kind>|<field>|…" (task/event.hpp) to the task's history and returns the
-- sequence. What belongs to each try (`of_try`) is left out while tries meet the same refusal again
-- and again.
local tries_told = 3
local function add_event(task, what, of_try)
    local sequence = next_sequence(task)
    if not (of_try and tonumber(task.rq or '0') >= tries_told) then
        task.events[#task.events + 1] = sequence .. '|' .. stamp .. '|' .. what
    end
    return sequence
end

local function status_of(entry)
    return string.match(entry, '^%d+|([A-Z_]+)|')
end

-- The caller would deliver the task's next event itself, within `ms`.
local function wish_event(task, ms)
    if ms ~= '0' then
        task.wished = {ms = tonumber(ms), nonce = task.n}
    end
end

-- Nonce and sequence of the event that was leased to the caller, if one was.
local function leased_event(task)
    local wished = task.wished
    if wished and wished.sequence then
        return task.on, wished.sequence
    end
end

-- The task's next callback is due at `at`, among those of its caller.
local function make_due(id, caller, at)
    gather('ZADD', due_key(caller), at, id)
    gather('SADD', owed_key, caller)
end

-- Queues a callback for a task with a hook. A progress event replaces an unsent progress event; a
-- head that failed before is superseded and leaves at once (contract §5).
local function post(task, sequence, status, progress)
    if task.hk ~= '1' then
        return
    end
    local outbox = outbox_key(task.id)
    local entry = sequence .. '|' .. status .. '|' .. progress
    local length = redis.call('RPUSH', outbox, entry)
    if length > 2 and status == 'IN_PROGRESS'
        and status_of(redis.call('LINDEX', outbox, -2)) == status then
        redis.call('RPOP', outbox, 2)
        length = redis.call('RPUSH', outbox, entry)
    end
    local leased = task.on and task.on ~= ''
    if length > 1 and not leased and tonumber(task.oa or '0') > 0 then
        redis.call('LPOP', outbox)
        set(task, 'oa', '0')
        make_due(task.id, task.c, stamp)
        hint('c')
    elseif length == 1 and task.wished then
        task.wished.sequence = sequence
        set(task, 'on', task.wished.nonce .. '.' .. sequence)
        make_due(task.id, task.c, moment(task.wished.ms))
    elseif length == 1 then
        make_due(task.id, task.c, stamp)
        hint('c')
    end
end

-- How often the head event of a task failed, and whose task it is; nil if it is not leased under
-- this nonce.
local function tries_under(id, nonce)
    local lease = redis.call('HMGET', task_key(id), 'on', 'oa', 'c')
    if nonce ~= '' and lease[1] == nonce then
        return lease[2] or '0', lease[3]
    end
end

-- Nothing is owed of a task any more.
local function owe_nothing(id, caller)
    gather('ZREM', due_key(caller), id)
    gather('ZREM', old_due_key, id)
end

-- When the next callback of a task is due; false if none is owed.
local function due_at(id, caller)
    return redis.call('ZSCORE', due_key(caller), id) or redis.call('ZSCORE', old_due_key, id)
end

-- The head event of a task is settled; the next one is due now.
local function settle_head(id, caller, attempts)
    redis.call('LPOP', outbox_key(id))
    if attempts ~= '0' then
        redis.call('HSET', task_key(id), 'on', '', 'oa', 0)
    else
        redis.call('HSET', task_key(id), 'on', '')
    end
    if redis.call('LLEN', outbox_key(id)) > 0 then
        make_due(id, caller, stamp)
        hint('c')
    else
        owe_nothing(id, caller)
    end
end
