-- submit: idempotency, limits, creation and a place in the queue, all or nothing for each of
-- several tasks. They come from one process in one turn of its loop: what they have in common is
-- sent as one text, and looked up once.
-- Returns {'ok', word, id, immediate 0/1, tasks ahead, left, …}, five for each task; left: how many
-- more the caller may have waiting (-1: no limit, or not counted). The word is 'ok', 'replayed' or
-- 'key_reused', 'queue_full', 'caller_full', 'rate_limited' (with the ms until there is room, in
-- place of the tasks ahead), 'intake_paused' or 'conflict' (the given id exists); only 'ok' has
-- created something.
local modal_kept_ms = 3600000
local room, ahead, next_id
local tasks_left = (#values + 1 - first_of.submit) / width_of.submit
local callers, kinds = {}, {}
local verdicts = {'ok'}

local function caller_of(name)
    local caller = callers[name]
    if not caller then
        local _, most = queues.limits_of(name)
        caller = {
            name = name, most = most, waiting = most > 0 and submits.waiting_of(name) or 0,
            bucket = bucket.of(name)
        }
        callers[name] = caller
    end
    return caller
end

-- What tasks have in common.
local function kind_of(text)
    local kind = kinds[text]
    if kind then
        return kind
    end
    local caller, lane, hook, timeout, limit, modal, slots =
        string.match(text, '^(.-)|(.-)|([01])|(%d+)|(%d+)|([01])( ?.*)$')
    kind = {
        caller = caller, lane = lane, hook = hook == '1', queue_limit = tonumber(limit),
        deadline = moment(tonumber(timeout)), modal = modal == '1', slots = {}
    }
    for slot in string.gmatch(slots, ' ([^ ]+)') do
        kind.slots[#kind.slots + 1] = slot_of(slot)
    end
    kinds[text] = kind
    return kind
end

-- True if a task that comes after `before` others could start now.
local function could_start(kind, before)
    room = room or submits.worker_room()
    kind.free = kind.free or submits.free_calls(kind.slots, kind.lane)
    return room > before and kind.free > before
end

-- What is shown at once is done; what asks first waits for its answer.
local function at_once(kind, view, before)
    return view ~= '' or (not kind.modal and could_start(kind, before))
end

local function answer(word, id, immediate, before, left)
    local length = #verdicts
    verdicts[length + 1] = word
    verdicts[length + 2] = id
    verdicts[length + 3] = immediate and 1 or 0
    verdicts[length + 4] = before
    verdicts[length + 5] = left or -1
end

-- What ends at its submit waits for nothing but its callback: that is what it is limited by.
local function judge_ended(kind)
    if not kind.hook then
        return nil
    end
    local caller = caller_of(kind.caller)
    caller.owed = caller.owed or redis.call('ZCARD', keys.due(kind.caller))
    if caller.most > 0 then
        return caller.waiting + caller.owed >= caller.most and 'caller_full' or nil
    end
    return caller.owed >= kind.queue_limit and 'queue_full' or nil
end

-- The word of a refusal, or nil; and how many more the caller may have waiting after this.
local function judge_room(kind, view)
    if kind.modal then
        return redis.call('ZCARD', keys.modal) >= kind.queue_limit and 'queue_full' or nil
    elseif view ~= '' then
        return judge_ended(kind)
    elseif ahead >= kind.queue_limit then
        return 'queue_full'
    end
    local caller = caller_of(kind.caller)
    if caller.most == 0 then
        return nil
    end
    local left = caller.most - caller.waiting - 1
    return left < 0 and 'caller_full' or nil, left
end

-- The same, and for how many ms it is to be kept away.
local function judge(kind, view)
    if switch('intake') then
        return 'intake_paused'
    end
    local refused, left = judge_room(kind, view)
    local caller = caller_of(kind.caller)
    if refused or not caller.bucket then
        return refused, left
    end
    local wait = bucket.wait(caller.bucket)
    if wait > 0 then
        return 'rate_limited', left, wait
    end
    bucket.draw(caller.bucket)
    return nil, left
end

-- A place in its queue, and what the first task of a caller in a lane needs.
local function enqueue(kind, id)
    if not kind.queue then
        queues.open(kind.lane, kind.caller)
        kind.queue = gathering('ZADD', keys.queue(kind.lane, kind.caller))
        kind.waiting = gathering('ZADD', keys.waiting)
        hint('q ' .. kind.lane)
    end
    add_to(kind.queue, id, id)
    add_to(kind.waiting, kind.deadline, id)
    ahead = ahead + 1
    local caller = caller_of(kind.caller)
    caller.waiting = caller.waiting + 1
end

-- A waiting task is many: what its readers know without being told is not written
-- (attempt, sequence, queued_lane, and submitted where its id tells the time).
local function write(kind, id, state, mark)
    if kind.hook then
        redis.call('HSET', keys.task(id), task_field.caller, kind.caller, task_field.lane,
            kind.lane, task_field.deadline, kind.deadline, task_field.mark, mark,
            task_field.state, state, task_field.hook, '1')
    else
        redis.call('HSET', keys.task(id), task_field.caller, kind.caller, task_field.lane,
            kind.lane, task_field.deadline, kind.deadline, task_field.mark, mark,
            task_field.state, state)
    end
    tell(id)
end

local function create(kind, id, submission, mark, view, event)
    redis.call('SET', keys.submission(id), submission)
    if not kind.met then
        kind.met = true
        redis.call('HSETNX', keys.callers, kind.caller, '1|0|0')
    end
    if kind.modal then
        write(kind, id, 'modal', mark)
        redis.call('ZADD', keys.modal, moment(modal_kept_ms), id)
    elseif view ~= '' then
        redis.call('SET', keys.view(id), view)
        local task = know({
            id = id, caller = kind.caller, lane = kind.lane, hook = false, state = false,
            changes = {}, events = {}
        })
        set(task, 'caller', kind.caller)
        set(task, 'lane', kind.lane)
        set(task, 'deadline', kind.deadline)
        set(task, 'mark', mark)
        if kind.hook then
            set(task, 'hook', '1')
        end
        set(task, 'started', stamp)
        end_task(task, true, '', '', event)
        local caller = caller_of(kind.caller)
        caller.owed = caller.owed and caller.owed + 1
    else
        write(kind, id, 'queued', mark)
        enqueue(kind, id)
    end
end

-- A task that brings its id was numbered earlier than it is submitted.
local function create_named(kind, id, ...)
    create(kind, id, ...)
    task_index.add(kind.caller, id)
    redis.call('HSET', keys.task(id), task_field.submitted, stamp)
end

-- The first one draws for all that may follow: whatever happens, none is drawn twice.
local function create_next(kind, ...)
    next_id = next_id and next_id + tasks.id_step or tasks.draw_ids(tasks_left)
    local id = string.format('%d', next_id)
    create(kind, id, ...)
    task_index.add(kind.caller, id, true)
    return id
end

local function submit(kind, submission, mark, rare, view)
    local given, hash, fingerprint, since, event = '', '', '', '0', ''
    if rare ~= '' then
        given, hash, fingerprint, since, event =
            string.match(rare, '^(%d*)|([^|]*)|([^|]*)|(%d+)|(.*)$')
    end
    if since ~= '0' then
        local id = submits.find_marked(kind.caller, mark, given, since)
        if id then
            local before = math.max(0, ahead - 1)
            return answer('ok', id, at_once(kind, view, before), before)
        end
    end
    local known, other_body = submits.known(kind.caller, hash, fingerprint)
    if known then
        if other_body then
            return answer('key_reused', '', false, 0)
        end
        -- Somebody has now been told this id: the task can not be withdrawn any more.
        if task_of(known).state then
            set(task_of(known), 'mark', '')
        end
        return answer('replayed', known, at_once(kind, view, ahead), ahead)
    end
    if given ~= '' and (is_known(given) or redis.call('EXISTS', keys.task(given)) == 1) then
        return answer('conflict', '', false, 0)
    end
    local refused, left, wait = judge(kind, view)
    if refused then
        return answer(refused, '', false, wait or 0)
    end
    local before = ahead
    local id = given
    if id ~= '' then
        create_named(kind, id, submission, mark, view, event)
    else
        id = create_next(kind, submission, mark, view, event)
    end
    submits.remember(kind.caller, hash, fingerprint, id)
    answer('ok', id, at_once(kind, view, before), before, left)
end

ahead = redis.call('ZCARD', keys.waiting)
each.submit(function(kind, submission, mark, rare, view)
    submit(kind_of(kind), submission, mark, rare, view)
    tasks_left = tasks_left - 1
end)
write_back()
return verdicts
