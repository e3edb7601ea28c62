-- Transitions that several scripts share.

-- True if (attempt, nonce) holds the lease of an open task.
local function holds(task, attempt, nonce)
    return nonce ~= '' and task.a == attempt and task.n == nonce
end

local function is_terminal(state) return state == 'success' or state == 'failure' end

-- What is known of the bill only grows: no, unknown, yes.
local bill_ranks = {no = 0, unknown = 1, yes = 2}
local function raise_bill(task, billed)
    if (bill_ranks[billed] or 0) > (bill_ranks[task.bl or 'no'] or 0) then
        set(task, 'bl', billed)
    end
end

-- A call proves that its key works, unless it began before the key was last left alone.
local function key_works(marker)
    local until_ms = read_cooling(marker.slot)
    if until_ms and marker.started >= until_ms then
        redis.call('HDEL', cool_key, marker.slot)
        redis.call('HDEL', said_key, marker.slot)
        cooling[marker.slot] = false
    end
    groups.works(groups.of(marker.slot), marker.started)
end

local function drop_reservation(task)
    local slot = task.sl
    if slot and slot ~= '' then
        drop_place(slot, task.id .. ':r')
        set(task, 'sl', '')
        judge_backend(slot, task.id .. ':r', 'nothing')
        route.judge(slot, task.l, task.id .. ':r', 'nothing')
    end
end

-- Takes the lease off a task, whoever holds it.
local function unlease(task)
    gather('ZREM', lease_key, task.id)
    gather('SREM', running_key(task.c), task.id)
    if task.n and task.n ~= '' then
        set(task, 'n', '')
        set(task, 'w', '')
    end
    drop_reservation(task)
end

-- Back to the head of its queue; what is paid goes to be stored.
local function requeue(task, lane)
    unlease(task)
    enter_lane(task, lane)
end

-- A place became free, at a key or under a caller's limit: whoever waits may look again.
local room_announced
at_start(function() room_announced = false end)
local function announce_room()
    if not room_announced then
        room_announced = true
        at_end[#at_end + 1] = function()
            if redis.call('EXISTS', lanes_key) == 1 then
                hint('q')
            end
        end
    end
end

local function extend_lease(task)
    gather('ZADD', lease_key, moment(tonumber(task.ls or '15000')), task.id, 'XX')
end

-- The end of a task, from any open state: the only place that writes a terminal state.
-- Slots of calls that are in flight stay taken until their answer or their deadline.
local function end_task(task, success, code, reason, event)
    local state = task.s
    if state == 'queued' then
        leave_lane(task)
        redis.call('ZREM', delay_key, task.id)
    elseif state == 'modal' then
        redis.call('ZREM', modal_key, task.id)
    elseif state then
        unlease(task)
    end
    set(task, 's', success and 'success' or 'failure')
    set(task, 'f', stamp)
    if not success then
        set(task, 'fc', code)
        set(task, 'fr', reason)
    end
    gather('ZADD', done_key, stamp, task.id)
    local sequence = add_event(task, event)
    set(task, 'es', sequence)
    post(task, sequence, success and 'SUCCESS' or 'FAILURE', '100%')
    announce_room()
end

-- Writes the answer of a call, books it and frees its slot. Nil if it was recorded before.
local function record_answer(task, index, answer, micros)
    local marker = markers_of(task)[index]
    if not marker or marker.state == 'answered' then
        return nil
    end
    marker.state = 'answered'
    write_marker(task, index, marker)
    mark(task, 'a' .. index, answer)
    drop_place(marker.slot, task.id .. ':' .. index)
    key_works(marker)
    judge_backend(marker.slot, task.id .. ':' .. index, 'good')
    route.judge(marker.slot, task.l, task.id .. ':' .. index, 'good')
    if task.rq and task.rq ~= '0' then
        set(task, 'rq', '0')
    end
    raise_bill(task, 'yes')
    release_hold(task, index, marker.slot)
    book(task, marker.slot, micros)
    announce_room()
    return marker
end

-- The observed durations, read and written once.
local durations
at_start(function() durations = {} end)
local function duration_of(name)
    durations[name] = durations[name] or redis.call('HGET', duration_key, name) or '0'
    return durations[name]
end

-- As task::smooth_duration: a moving average of weight 1/4, the first one whole.
local function observe_duration(name, seen)
    local known = tonumber(duration_of(name))
    local mean = known == 0 and seen or math.floor((known * 3 + seen) / 4)
    if durations[name] ~= tostring(mean) then
        durations[name] = string.format('%.0f', mean)
        redis.call('HSET', duration_key, name, durations[name])
    end
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

-- An id that was drawn at the submit tells its time.
local function submitted_at(id)
    return redis.call('HGET', task_key(id), 'u') or string.sub(id, 1, -4)
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

-- The answer of a script that does the same for several tasks at once, each by `size` arguments:
-- `verb` gets the index of the first.
local function answer_each(size, verb)
    local verdicts = {}
    for at = 3, #ARGV, size do
        verdicts[#verdicts + 1] = verb(at)
    end
    write_back()
    return {'ok', verdicts}
end
