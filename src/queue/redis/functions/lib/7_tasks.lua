-- Transitions that several scripts share.
local tasks = {}

-- True if (attempt, nonce) holds the lease of an open task.
local function holds(task, attempt, nonce)
    return nonce ~= '' and task.attempt == attempt and task.nonce == nonce
end

local function is_terminal(state) return state == 'success' or state == 'failure' end

-- What is known of the bill only grows: no, unknown, yes.
local bill_ranks = {no = 0, unknown = 1, yes = 2}
function tasks.raise_bill(task, billed)
    if (bill_ranks[billed] or 0) > (bill_ranks[task.billed or 'no'] or 0) then
        set(task, 'billed', billed)
    end
end

function tasks.drop_reservation(task)
    local slot = task.reserved_slot
    if slot and slot ~= '' then
        places.drop(slot, task.id .. ':r')
        set(task, 'reserved_slot', '')
        breakers.judge(slot, task.id .. ':r', 'nothing')
        route.judge(slot, task.lane, task.id .. ':r', 'nothing')
    end
end

-- Takes the lease off a task, whoever holds it.
function tasks.unlease(task)
    gather('ZREM', keys.lease, task.id)
    gather('SREM', keys.running(task.caller), task.id)
    if task.nonce and task.nonce ~= '' then
        set(task, 'nonce', '')
        set(task, 'worker', '')
    end
    tasks.drop_reservation(task)
end

-- Back to the head of its queue; what is paid goes to be stored.
function tasks.requeue(task, lane)
    tasks.unlease(task)
    queues.enter(task, lane)
end

-- A place became free, at a key or under a caller's limit: whoever waits may look again.
local room_announced
at_start(function() room_announced = false end)
local function announce_room()
    if not room_announced then
        room_announced = true
        at_end(function()
            if redis.call('EXISTS', keys.lanes) == 1 then
                hint('q')
            end
        end)
    end
end

function tasks.extend_lease(task)
    gather('ZADD', keys.lease, moment(tonumber(task.lease_ms or '15000')), task.id, 'XX')
end

-- The end of a task, from any open state: the only place that writes a terminal state.
-- Slots of calls that are in flight stay taken until their answer or their deadline.
local function end_task(task, success, code, reason, event)
    local state = task.state
    if state == 'queued' then
        queues.leave(task)
        redis.call('ZREM', keys.delay, task.id)
    elseif state == 'modal' then
        redis.call('ZREM', keys.modal, task.id)
    elseif state then
        tasks.unlease(task)
    end
    set(task, 'state', success and 'success' or 'failure')
    set(task, 'finished', stamp)
    if not success then
        set(task, 'fail_code', code)
        set(task, 'fail_reason', reason)
    end
    gather('ZADD', keys.done, stamp, task.id)
    local sequence = add_event(task, event)
    set(task, 'end_sequence', sequence)
    outbox.post(task, sequence, success and 'SUCCESS' or 'FAILURE', '100%')
    announce_room()
end

-- Writes the answer of a call, books it and frees its slot. Nil if it was recorded before.
function tasks.record_answer(task, index, answer, micros)
    local marker = calls.markers(task)[index]
    if not marker or marker.state == 'answered' then
        return nil
    end
    marker.state = 'answered'
    calls.write_marker(task, index, marker)
    calls.mark(task, call_field.answer .. index, answer)
    places.drop(marker.slot, task.id .. ':' .. index)
    cooling.key_works(marker)
    breakers.judge(marker.slot, task.id .. ':' .. index, 'good')
    route.judge(marker.slot, task.lane, task.id .. ':' .. index, 'good')
    if task.refusals and task.refusals ~= '0' then
        set(task, 'refusals', '0')
    end
    tasks.raise_bill(task, 'yes')
    budget.release(task, index, marker.slot)
    budget.book(task, marker.slot, micros)
    announce_room()
    return marker
end

-- The observed durations, read and written once.
local durations = {}
do
    local known
    at_start(function() known = {} end)
    function durations.of(name)
        known[name] = known[name] or redis.call('HGET', keys.durations, name) or '0'
        return known[name]
    end

    -- As task::smooth_duration: a moving average of weight 1/4, the first one whole.
    function durations.observe(name, seen)
        local before = tonumber(durations.of(name))
        local mean = before == 0 and seen or math.floor((before * 3 + seen) / 4)
        if known[name] ~= tostring(mean) then
            known[name] = string.format('%.0f', mean)
            redis.call('HSET', keys.durations, name, known[name])
        end
    end
end

-- Ids have 16 digits: milliseconds, two that count within one, and the shard. Draws `count` of
-- them, later than every id before and tasks.id_step apart, and returns the first as a number.
tasks.id_step = 10
function tasks.draw_ids(count)
    local shard = tonumber(string.match(base, '{(%d)}') or '0')
    local last = tonumber(redis.call('GET', keys.last_id) or '0')
    local first = math.max(now * 1000 + shard, last + tasks.id_step)
    redis.call('SET', keys.last_id, string.format('%.0f', first + (count - 1) * tasks.id_step))
    return first
end

-- An id that was drawn at the submit tells its time.
function tasks.submitted_at(id)
    return redis.call('HGET', keys.task(id), task_field.submitted) or string.sub(id, 1, -4)
end

-- Sees: the caller's own tasks, or everybody's.
local function visible(id, caller, all)
    local owner = redis.call('HGET', keys.task(id), task_field.caller)
    return owner and (all == '1' or owner == caller)
end

-- What a reader gets of a task: its hash, its submission unless its view is stored, its view.
function tasks.describe(id)
    return {redis.call('HGETALL', keys.task(id)), redis.call('GET', keys.submission(id)) or '',
        redis.call('GET', keys.view(id)) or ''}
end

-- The answer of a script that does the same for each task of a batch (schema).
local function answer_each(of_batch, verb)
    local verdicts = of_batch(verb)
    write_back()
    return {'ok', verdicts}
end
