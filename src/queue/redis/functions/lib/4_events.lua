-- History and outbox. Both are written in the script of the transition that they tell of, so there
-- is no transition without its callback, and no callback without its transition.

-- Numbers the next event of a task, without a place in its history.
local function next_sequence(task)
    task.sequence = tonumber(task.sequence or '1') + 1
    task.stepped = true
    return task.sequence
end

-- Appends "<sequence>|<ms>|<kind>|<field>|…" (task/event.hpp) to the task's history and returns the
-- sequence. What belongs to each try (`of_try`) is left out while tries meet the same refusal again
-- and again.
local add_event
do
    local tries_told = 3
    function add_event(task, what, of_try)
        local sequence = next_sequence(task)
        if not (of_try and tonumber(task.refusals or '0') >= tries_told) then
            task.events[#task.events + 1] = sequence .. '|' .. stamp .. '|' .. what
        end
        return sequence
    end
end

local outbox = {}

function outbox.status_of(entry)
    return string.match(entry, '^%d+|([A-Z_]+)|')
end

-- The caller would deliver the task's next event itself, within `ms`.
function outbox.wish(task, ms)
    if ms ~= '0' then
        task.wished = {ms = tonumber(ms), nonce = task.nonce}
    end
end

-- Nonce and sequence of the event that was leased to the caller, if one was.
function outbox.leased(task)
    local wished = task.wished
    if wished and wished.sequence then
        return task.outbox_nonce, wished.sequence
    end
end

-- The task's next callback is due at `at`, among those of its caller.
function outbox.make_due(id, caller, at)
    gather('ZADD', keys.due(caller), at, id)
    gather('SADD', keys.owed, caller)
end

-- Queues a callback for a task with a hook. A progress event replaces an unsent progress event; a
-- head that failed before is superseded and leaves at once (contract §5).
function outbox.post(task, sequence, status, progress)
    if task.hook ~= '1' then
        return
    end
    local entries = keys.outbox(task.id)
    local entry = sequence .. '|' .. status .. '|' .. progress
    local length = redis.call('RPUSH', entries, entry)
    if length > 2 and status == 'IN_PROGRESS'
        and outbox.status_of(redis.call('LINDEX', entries, -2)) == status then
        redis.call('RPOP', entries, 2)
        length = redis.call('RPUSH', entries, entry)
    end
    local leased = task.outbox_nonce and task.outbox_nonce ~= ''
    if length > 1 and not leased and tonumber(task.outbox_tries or '0') > 0 then
        redis.call('LPOP', entries)
        set(task, 'outbox_tries', '0')
        outbox.make_due(task.id, task.caller, stamp)
        hint('c')
    elseif length == 1 and task.wished then
        task.wished.sequence = sequence
        set(task, 'outbox_nonce', task.wished.nonce .. '.' .. sequence)
        outbox.make_due(task.id, task.caller, moment(task.wished.ms))
    elseif length == 1 then
        outbox.make_due(task.id, task.caller, stamp)
        hint('c')
    end
end

-- How often the head event of a task failed, and whose task it is; nil if it is not leased under
-- this nonce.
function outbox.tries_under(id, nonce)
    local lease = redis.call('HMGET', keys.task(id), task_field.outbox_nonce,
        task_field.outbox_tries, task_field.caller)
    if nonce ~= '' and lease[1] == nonce then
        return lease[2] or '0', lease[3]
    end
end

-- Nothing is owed of a task any more.
function outbox.owe_nothing(id, caller)
    gather('ZREM', keys.due(caller), id)
    gather('ZREM', keys.old_due, id)
end

-- When the next callback of a task is due; false if none is owed.
function outbox.due_at(id, caller)
    return redis.call('ZSCORE', keys.due(caller), id) or redis.call('ZSCORE', keys.old_due, id)
end

-- The head event of a task is settled; the next one is due now.
function outbox.settle_head(id, caller, attempts)
    redis.call('LPOP', keys.outbox(id))
    if attempts ~= '0' then
        redis.call('HSET', keys.task(id), task_field.outbox_nonce, '',
            task_field.outbox_tries, 0)
    else
        redis.call('HSET', keys.task(id), task_field.outbox_nonce, '')
    end
    if redis.call('LLEN', keys.outbox(id)) > 0 then
        outbox.make_due(id, caller, stamp)
        hint('c')
    else
        outbox.owe_nothing(id, caller)
    end
end
