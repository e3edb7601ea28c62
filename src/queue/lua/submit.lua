-- submit: idempotency, limits, creation and a place in the queue, all or nothing for each of
-- several tasks. They come from one process in one turn of its loop: what they have in common is
-- sent as one text, and looked up once.
-- ARGV[3...] the tasks, each:
--     [1] kind: caller|lane|has hook 0/1|task timeout|queue limit|modal 0/1, and the slots that
--         could serve it (slot_of), each after a blank
--     [2] submission       [3] mark: random, to find this very write again
--     [4] what few have, or '': id or ''|idempotency hash or ''|fingerprint|0, or: tried before
--         since this|event text
--     [5] ended view or ''
-- Returns {'ok', word, id, immediate 0/1, tasks ahead, left, …}, five for each task; left: how many
-- more the caller may have waiting (-1: no limit, or not counted). The word is 'ok', 'replayed' or
-- 'key_reused', 'queue_full', 'caller_full', 'rate_limited' (with the ms until there is room, in
-- place of the tasks ahead), 'intake_paused' or 'conflict' (the given id exists); only 'ok' has
-- created something.
local fields = 5 -- of a task
local modal_kept_ms = 3600000
local room, ahead, next_id
local callers, kinds = {}, {}
local verdicts = {'ok'}

local function caller_of(name)
    local caller = callers[name]
    if not caller then
        local _, most = read_caller(name)
        caller = {
            name = name, most = most, waiting = most > 0 and waiting_of(name) or 0,
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
    room = room or worker_room()
    kind.free = kind.free or free_calls(kind.slots, kind.lane)
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
    caller.owed = caller.owed or redis.call('ZCARD', due_key(kind.caller))
    if caller.most > 0 then
        return caller.waiting + caller.owed >= caller.most and 'caller_full' or nil
    end
    return caller.owed >= kind.queue_limit and 'queue_full' or nil
end

-- The word of a refusal, or nil; and how many more the caller may have waiting after this.
local function judge_room(kind, view)
    if kind.modal then
        return redis.call('ZCARD', modal_key) >= kind.queue_limit and 'queue_full' or nil
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
        open_lane(kind.lane, kind.caller)
        kind.queue = gathering('ZADD', queue_key(kind.lane, kind.caller))
        kind.waiting = gathering('ZADD', waiting_key)
        hint('q ' .. kind.lane)
    end
    add_to(kind.queue, id, id)
    add_to(kind.waiting, kind.deadline, id)
    ahead = ahead + 1
    local caller = caller_of(kind.caller)
    caller.waiting = caller.waiting + 1
end

-- A waiting task is many: what its readers know without being told is not written (a, e, ql, and u
-- where its id tells the time).
local function write(kind, id, state, mark)
    if kind.hook then
        redis.call('HSET', task_key(id), 'c', kind.caller, 'l', kind.lane, 'd', kind.deadline,
            'm', mark, 's', state, 'hk', '1')
    else
        redis.call('HSET', task_key(id), 'c', kind.caller, 'l', kind.lane, 'd', kind.deadline,
            'm', mark, 's', state)
    end
    told[#told + 1] = id
end

local function create(kind, id, submission, mark, view, event)
    redis.call('SET', submission_key(id), submission)
    if not kind.met then
        kind.met = true
        redis.call('HSETNX', callers_key, kind.caller, '1|0|0')
    end
    if kind.modal then
        write(kind, id, 'modal', mark)
        redis.call('ZADD', modal_key, moment(modal_kept_ms), id)
    elseif view ~= '' then
        redis.call('SET', view_key(id), view)
        local task = know({
            id = id, c = kind.caller, l = kind.lane, hk = kind.hook and '1', s = false,
            changes = {'c', kind.caller, 'l', kind.lane, 'd', kind.deadline, 'm', mark},
            events = {}
        })
        if kind.hook then
            set(task, 'hk', '1')
        end
        set(task, 'b', stamp)
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
    add_to_index(kind.caller, id)
    redis.call('HSET', task_key(id), 'u', stamp)
end

-- The first one draws for all that may follow: whatever happens, none is drawn twice.
local function create_next(kind, tasks_left, ...)
    next_id = next_id and next_id + id_step or draw_ids(tasks_left)
    local id = string.format('%d', next_id)
    create(kind, id, ...)
    add_to_index(kind.caller, id, true)
    return id
end

local function submit(at)
    local kind, mark, rare, view = kind_of(ARGV[at]), ARGV[at + 2], ARGV[at + 3], ARGV[at + 4]
    local given, hash, fingerprint, since, event = '', '', '', '0', ''
    if rare ~= '' then
        given, hash, fingerprint, since, event =
            string.match(rare, '^(%d*)|([^|]*)|([^|]*)|(%d+)|(.*)$')
    end
    if since ~= '0' then
        local id = find_marked(kind.caller, mark, given, since)
        if id then
            local before = math.max(0, ahead - 1)
            return answer('ok', id, at_once(kind, view, before), before)
        end
    end
    local known, other_body = known_submit(kind.caller, hash, fingerprint)
    if known then
        if other_body then
            return answer('key_reused', '', false, 0)
        end
        -- Somebody has now been told this id: the task can not be withdrawn any more.
        if task_of(known).s then
            set(task_of(known), 'm', '')
        end
        return answer('replayed', known, at_once(kind, view, ahead), ahead)
    end
    if given ~= '' and (tasks_read[given] or redis.call('EXISTS', task_key(given)) == 1) then
        return answer('conflict', '', false, 0)
    end
    local refused, left, wait = judge(kind, view)
    if refused then
        return answer(refused, '', false, wait or 0)
    end
    local before = ahead
    local id = given
    if id ~= '' then
        create_named(kind, id, ARGV[at + 1], mark, view, event)
    else
        id = create_next(kind, (#ARGV + 1 - at) / fields, ARGV[at + 1], mark, view, event)
    end
    remember_submit(kind.caller, hash, fingerprint, id)
    answer('ok', id, at_once(kind, view, before), before, left)
end

ahead = redis.call('ZCARD', waiting_key)
for at = 3, #ARGV, fields do
    submit(at)
end
write_back()
return verdicts
