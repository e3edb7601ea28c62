-- Transitions that several scripts share.

-- True if (attempt, nonce) holds the lease of an open task.
local function holds(id, attempt, nonce)
    local task = redis.call('HMGET', task_key(id), 'a', 'n')
    return nonce ~= '' and task[1] == attempt and task[2] == nonce
end

local function is_terminal(state) return state == 'success' or state == 'failure' end

-- A call marker as text: "<state>|<first picture>|<count>|<started>|<deadline>|<slot>".
local function parse_marker(text)
    local state, first, count, started, deadline, slot =
        string.match(text, '^([a-z_]+)|(%d+)|(%d+)|(%d+)|(%d+)|(.*)$')
    return {
        state = state, first = first, count = count, started = tonumber(started),
        deadline = tonumber(deadline), slot = slot
    }
end

local function write_marker(id, index, marker)
    redis.call('HSET', calls_key(id), 'm' .. index, string.format(
        '%s|%s|%s|%.0f|%.0f|%s', marker.state, marker.first, marker.count, marker.started,
        marker.deadline, marker.slot
    ))
end

-- Every marker of a task: index -> marker.
local function read_markers(id)
    local markers = {}
    local flat = redis.call('HGETALL', calls_key(id))
    for i = 1, #flat, 2 do
        local index = string.match(flat[i], '^m(%d+)$')
        if index then
            markers[index] = parse_marker(flat[i + 1])
        end
    end
    return markers
end

-- How many calls are in flight, answered and of unknown outcome, and the latest deadline of those
-- in flight.
local function count_calls(id)
    local in_flight, answered, deadline, unknown = 0, 0, 0, 0
    for _, marker in pairs(read_markers(id)) do
        if marker.state == 'in_flight' then
            in_flight = in_flight + 1
            deadline = math.max(deadline, marker.deadline)
        elseif marker.state == 'answered' then
            answered = answered + 1
        elseif marker.state == 'lost' or marker.state == 'repeated' then
            unknown = unknown + 1
        end
    end
    return in_flight, answered, deadline, unknown
end

-- What is known of the bill only grows: no, unknown, yes.
local bill_ranks = {no = 0, unknown = 1, yes = 2}
local function raise_bill(id, billed)
    local known = redis.call('HGET', task_key(id), 'bl') or 'no'
    if (bill_ranks[billed] or 0) > (bill_ranks[known] or 0) then
        redis.call('HSET', task_key(id), 'bl', billed)
    end
end

-- A call proves that its key works, unless it began before the key was last left alone.
local function key_works(marker)
    local until_ms = read_cooling(marker.slot)
    if until_ms and marker.started >= until_ms then
        redis.call('HDEL', cool_key, marker.slot)
    end
end

local function drop_reservation(id)
    local slot = redis.call('HGET', task_key(id), 'sl')
    if slot then
        redis.call('ZREM', slot_key(slot), id .. ':r')
        redis.call('HDEL', task_key(id), 'sl')
        judge_backend(slot, id .. ':r', 'nothing')
    end
end

-- Takes the lease off a task, whoever holds it.
local function unlease(id, caller)
    redis.call('ZREM', lease_key, id)
    redis.call('SREM', running_key(caller), id)
    redis.call('HDEL', task_key(id), 'n', 'w')
    drop_reservation(id)
end

-- Back to the head of its queue; what is paid goes to be stored.
local function requeue(id, caller, lane)
    unlease(id, caller)
    enter_lane(id, lane)
end

-- A place became free, at a key or under a caller's limit: whoever waits may look again.
local function announce_room()
    if redis.call('EXISTS', lanes_key) == 1 then
        redis.call('PUBLISH', hint_channel, 'q')
    end
end

local function extend_lease(id)
    local length = tonumber(redis.call('HGET', task_key(id), 'ls') or '15000')
    redis.call('ZADD', lease_key, 'XX', now + length, id)
end

-- The end of a task, from any open state: the only place that writes a terminal state.
-- Slots of calls that are in flight stay taken until their answer or their deadline.
local function end_task(id, success, code, reason, text)
    local task = redis.call('HMGET', task_key(id), 's', 'c', 'ql')
    local state, caller = task[1], task[2]
    if state == 'queued' then
        leave_lane(id, task[3], caller)
    end
    redis.call('ZREM', delay_key, id)
    redis.call('ZREM', modal_key, id)
    unlease(id, caller)
    redis.call('HSET', task_key(id), 's', success and 'success' or 'failure', 'f', now)
    if not success then
        redis.call('HSET', task_key(id), 'fc', code, 'fr', reason)
    end
    redis.call('ZADD', done_key, now, id)
    local sequence = add_event(id, text)
    redis.call('HSET', task_key(id), 'es', sequence)
    post(id, sequence, success and 'SUCCESS' or 'FAILURE', '100%')
    announce_room()
end

-- Books what a call cost: on the task, and on the backend for the day.
local function book(id, slot, micros)
    if micros == '0' then
        return
    end
    redis.call('HINCRBY', task_key(id), 'co', micros)
    local key = spend_key(day_of(now))
    redis.call('HINCRBY', key, backend_of(slot), micros)
    redis.call('EXPIRE', key, spend_kept_seconds)
end

-- Writes the answer of a call, books it and frees its slot. False if it was recorded before.
local function record_answer(id, index, answer, micros)
    local text = redis.call('HGET', calls_key(id), 'm' .. index)
    if not text then
        return false
    end
    local marker = parse_marker(text)
    if marker.state == 'answered' then
        return false
    end
    marker.state = 'answered'
    write_marker(id, index, marker)
    redis.call('HSET', calls_key(id), 'a' .. index, answer)
    redis.call('ZREM', slot_key(marker.slot), id .. ':' .. index)
    key_works(marker)
    judge_backend(marker.slot, id .. ':' .. index, 'good')
    raise_bill(id, 'yes')
    release_hold(id, index, marker.slot)
    book(id, marker.slot, micros)
    announce_room()
    return true, marker
end

-- Ids have 16 digits: milliseconds, two that count within one, and the shard. Draws `count` of
-- them, later than every id before and id_step apart, and returns the first as a number.
local id_step = 10
local function draw_ids(count)
    local shard = tonumber(string.match(base, '{(%d)}') or '0')
    local last = tonumber(redis.call('GET', last_id_key) or '0')
    local first = math.max(now * 1000 + shard, last + id_step)
    redis.call('SET', last_id_key, string.format('%.0f', first + (count - 1) * id_step))
    return first
end

-- Sees: the caller's own tasks, or everybody's.
local function visible(id, caller, all)
    local owner = redis.call('HGET', task_key(id), 'c')
    return owner and (all == '1' or owner == caller)
end

-- What a reader gets of a task: its hash, its submission unless its view is stored, its view.
local function describe(id)
    local view = redis.call('GET', view_key(id)) or ''
    return {redis.call('HGETALL', task_key(id)), redis.call('GET', submission_key(id)) or '', view}
end
