-- What a script knows of its tasks and is going to write. A task is read once, in one command, and
-- written once, in one; what several tasks change in one key goes there in one command as well: a
-- command costs more than what it does. Every script that changes a task ends with write_back().
local tasks_read, tasks_known, gathered, gathered_by, hints, at_end, told, moments
at_start(function()
    tasks_read, tasks_known = {}, {}
    gathered, gathered_by = {}, {}
    hints, at_end, told, moments = {}, {}, {}, {}
end)

-- In `ms` from now, as text.
local function moment(ms)
    local text = moments[ms]
    if not text then
        text = string.format('%.0f', now + ms)
        moments[ms] = text
    end
    return text
end

-- `task` has its id, and tables for its changes and events: a table that grows by each of its
-- fields costs more than one that is made with them.
local function know(task)
    tasks_read[task.id] = task
    tasks_known[#tasks_known + 1] = task
    return task
end

-- A task by its fields, named as in its hash (README.md); the state is false if there is none.
local function task_of(id)
    local known = tasks_read[id]
    if known then
        return known
    end
    local got = redis.call('HMGET', task_key(id), 'c', 'l', 'd', 's', 'ql', 'hk', 'a', 'n', 'w',
        'ls', 'sl', 'e', 'k', 'dk', 'on', 'oa', 'bl', 'co', 'g', 'x', 'rq')
    return know({
        id = id, changes = {}, events = {}, stepped = false, calls = false, marked = false,
        c = got[1], l = got[2], d = got[3], s = got[4], ql = got[5] or got[2], hk = got[6],
        a = got[7], n = got[8], w = got[9], ls = got[10], sl = got[11], e = got[12], k = got[13],
        dk = got[14], on = got[15], oa = got[16], bl = got[17], co = got[18], g = got[19],
        x = got[20], rq = got[21]
    })
end

local function set(task, field, value)
    local changes = task.changes
    task[field] = value
    changes[#changes + 1] = field
    changes[#changes + 1] = value
end

-- A command that is sent once for each key at the end, with all that was added to it: only for what
-- nothing in the same script reads.
local function gathering(command, key, option)
    local kind = option or command
    local by_key = gathered_by[kind]
    if not by_key then
        by_key = {}
        gathered_by[kind] = by_key
    end
    local list = by_key[key]
    if not list then
        list = {command, key, option, length = option and 3 or 2} -- Lua would search for the length
        by_key[key] = list
        gathered[#gathered + 1] = list
    end
    return list
end

-- Adds one member; for ZADD a score and a member.
local function add_to(list, a, b)
    local length = list.length + 1
    list[length] = a
    if b then
        length = length + 1
        list[length] = b
    end
    list.length = length
end

local function gather(command, key, a, b, option) add_to(gathering(command, key, option), a, b) end

local function hint(text) hints[text] = true end

local history_limit = 200

local function write_task(task)
    if task.stepped then
        set(task, 'e', task.e)
    end
    if #task.changes > 0 then
        redis.call('HSET', task_key(task.id), unpack(task.changes))
    end
    if task.marked then
        redis.call('HSET', calls_key(task.id), unpack(task.marked))
    end
    local events = task.events
    if #events > 0 then
        local key = history_key(task.id)
        if redis.call('RPUSH', key, unpack(events)) > history_limit then
            redis.call('LTRIM', key, -history_limit, -1)
        end
    end
end

-- Whoever watches is told which tasks to look at; what they then read is what the whole script has
-- done. Nobody relies on being told, so a user without the right to publish does no harm here.
local function write_back()
    for _, task in ipairs(tasks_known) do
        write_task(task)
        if #task.events > 0 then
            told[#told + 1] = task.id
        end
    end
    for _, list in ipairs(gathered) do
        redis.call(unpack(list, 1, list.length))
    end
    for _, finish in ipairs(at_end) do
        finish()
    end
    for text in pairs(hints) do
        redis.pcall('PUBLISH', hint_channel, text)
    end
    if #told > 0 then
        redis.pcall('PUBLISH', live_channel, table.concat(told, ' '))
    end
end
