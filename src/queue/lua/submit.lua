-- submit: idempotency, limits, creation and a place in the queue, all or nothing for each of
-- several tasks. They come from one process in one turn of its loop: what they have in common is
-- looked up once.
-- ARGV[3...] the tasks, each:
--     [1] id or ''          [2] caller        [3] lane          [4] submission
--     [5] has hook 0/1      [6] task timeout  [7] queue limit   [8] idempotency hash or ''
--     [9] fingerprint      [10] modal 0/1    [11] ended view or ''
--    [12] mark: random, to find this very write again          [13] 0, or: tried before since this
--    [14] event text       [15] count of slots that could serve it, then each: name, limit
-- Returns {'ok', verdicts}, a verdict being {'ok', id, immediate 0/1, tasks ahead, left} (left: how
-- many more the caller may have waiting; -1: no limit, or not counted) or
-- {'replayed', id, …} or {'key_reused'} or {'queue_full'}, {'caller_full'}, {'intake_paused'} or
-- {'conflict'} (the given id exists); only 'ok' has created something.
local modal_kept_ms = 3600000
local room, ahead, next_id
local places, met_callers, most_waiting, met_places = {}, {}, {}, {}
local waiting = {} -- of a caller

-- The tasks of a batch say the same numbers again and again.
local numbers = {}
local function number_of(text)
    local number = numbers[text]
    if not number then
        number = tonumber(text)
        numbers[text] = number
    end
    return number
end

local function places_of(name, limit)
    if not places[name] then
        places[name] = math.max(0, free_places(name, tonumber(limit)))
    end
    return places[name]
end

-- True if a task that comes after `before` others could start now.
local function could_start(task, before)
    room = room or worker_room()
    local free = -before
    for i = task.first_slot, room > before and task.last_slot or 0, 2 do
        free = free + places_of(ARGV[i], ARGV[i + 1])
    end
    return room > before and free > 0
end

local function answer(task, word, id, before)
    local immediate = task.view ~= '' or (not task.modal and could_start(task, before))
    return {word, id, immediate and 1 or 0, before, task.left or -1}
end

local function refuse(task)
    if switch('intake') then
        return 'intake_paused'
    elseif task.modal then
        return redis.call('ZCARD', modal_key) >= task.queue_limit and 'queue_full'
    elseif task.view ~= '' then
        return nil
    elseif ahead >= task.queue_limit then
        return 'queue_full'
    end
    local caller = task.caller
    if not most_waiting[caller] then
        local _, most = read_caller(caller)
        most_waiting[caller] = most
        waiting[caller] = most > 0 and waiting_of(caller) or 0
    end
    local most = most_waiting[caller]
    if most == 0 then
        return nil
    end
    task.left = most - waiting[caller] - 1
    return task.left < 0 and 'caller_full'
end

-- A place in its queue, and what the first task of a caller in a lane needs.
local function enqueue(task, id)
    local lane, caller = task.lane, task.caller
    local place = queue_key(lane, caller)
    gather('ZADD', place, id, id)
    gather('ZADD', waiting_key, moment(task.timeout), id)
    ahead = ahead + 1
    waiting[caller] = waiting[caller] + 1
    if not met_places[place] then
        open_lane(lane, caller)
        met_places[place] = true
        hint('q ' .. lane)
    end
end

-- A waiting task is many: what its readers know without being told is not written (a, e, ql).
local function create(wanted, id)
    local caller, mark = wanted.caller, wanted.mark
    local task = know({
        id = id, c = caller, l = wanted.lane, hk = wanted.hook, made = true, events = {}, s = false,
        changes = {'c', caller, 'l', wanted.lane, 'u', stamp, 'd', moment(wanted.timeout),
            'm', mark}
    })
    if wanted.hook == '1' then
        set(task, 'hk', '1')
    end
    redis.call('SET', submission_key(id), wanted.submission)
    add_to_index(caller, id, wanted.id == '')
    remember_submit(caller, wanted.idempotency, wanted.fingerprint, id)
    if not met_callers[caller] then
        redis.call('HSETNX', callers_key, caller, '1|0|0')
        met_callers[caller] = true
    end
    if wanted.modal then
        set(task, 's', 'modal')
        redis.call('ZADD', modal_key, moment(modal_kept_ms), id)
    elseif wanted.view ~= '' then
        set(task, 'b', stamp)
        redis.call('SET', view_key(id), wanted.view)
        end_task(task, true, '', '', wanted.event)
    else
        set(task, 's', 'queued')
        enqueue(wanted, id)
    end
end

local function submit(task)
    if task.since ~= '0' then
        local id = find_marked(task.caller, task.mark, task.id, task.since)
        if id then
            return answer(task, 'ok', id, math.max(0, ahead - 1))
        end
    end
    local known, other_body = known_submit(task.caller, task.idempotency, task.fingerprint)
    if known then
        if other_body then
            return {'key_reused'}
        end
        -- Somebody has now been told this id: the task can not be withdrawn any more.
        if task_of(known).s then
            set(task_of(known), 'm', '')
        end
        return answer(task, 'replayed', known, ahead)
    end
    if task.id ~= '' and task_of(task.id).s then
        return {'conflict'}
    end
    local refused = refuse(task)
    if refused then
        return {refused}
    end
    local id, before = task.id, ahead
    if id == '' then
        -- The first one draws for all that may follow: whatever happens, none is drawn twice.
        next_id = next_id and next_id + id_step or draw_ids(task.unnamed_left)
        id = string.format('%d', next_id)
    end
    create(task, id)
    return answer(task, 'ok', id, before)
end

local tasks, at, last = {}, 3, #ARGV
while at <= last do
    local task = {
        id = ARGV[at], caller = ARGV[at + 1], lane = ARGV[at + 2], submission = ARGV[at + 3],
        hook = ARGV[at + 4], timeout = number_of(ARGV[at + 5]),
        queue_limit = number_of(ARGV[at + 6]), idempotency = ARGV[at + 7],
        fingerprint = ARGV[at + 8], modal = ARGV[at + 9] == '1', view = ARGV[at + 10],
        mark = ARGV[at + 11], since = ARGV[at + 12], event = ARGV[at + 13],
        first_slot = at + 15, last_slot = at + 14 + 2 * number_of(ARGV[at + 14])
    }
    tasks[#tasks + 1] = task
    at = task.last_slot + 1
end
local unnamed = 0
for i = #tasks, 1, -1 do
    unnamed = unnamed + (tasks[i].id == '' and 1 or 0)
    tasks[i].unnamed_left = unnamed
end

ahead = redis.call('ZCARD', waiting_key)
local verdicts = {}
for i, task in ipairs(tasks) do
    verdicts[i] = submit(task)
end
write_back()
return {'ok', verdicts}
