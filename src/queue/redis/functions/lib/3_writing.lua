-- What a script knows of its tasks and is going to write. A task is read once, in one command, and
-- written once, in one; what several tasks change in one key goes there in one command as well: a
-- command costs more than what it does. Every script that changes a task ends with write_back().
local moment, know, is_known, task_of, set, gathering, add_to, gather, hint, at_end, tell,
    write_back
do
    local tasks_read, tasks_known, gathered, gathered_by, hints, last_steps, told, moments
    at_start(function()
        tasks_read, tasks_known = {}, {}
        gathered, gathered_by = {}, {}
        hints, last_steps, told, moments = {}, {}, {}, {}
    end)

    -- Calls it behind all that is gathered.
    function at_end(step) last_steps[#last_steps + 1] = step end

    -- Whoever watches will look at this task.
    function tell(id) told[#told + 1] = id end

    -- In `ms` from now, as text.
    function moment(ms)
        local text = moments[ms]
        if not text then
            text = string.format('%.0f', now + ms)
            moments[ms] = text
        end
        return text
    end

    -- `task` has its id, and tables for its changes and events: a table that grows by each of its
    -- fields costs more than one that is made with them.
    function know(task)
        tasks_read[task.id] = task
        tasks_known[#tasks_known + 1] = task
        return task
    end

    -- True if this call has read or made it.
    function is_known(id) return tasks_read[id] ~= nil end

    -- In the order of task_of().
    local fields_read = {
        task_field.caller, task_field.lane, task_field.deadline, task_field.state,
        task_field.queued_lane, task_field.hook, task_field.attempt, task_field.nonce,
        task_field.worker, task_field.lease_ms, task_field.reserved_slot, task_field.sequence,
        task_field.called, task_field.duration_key, task_field.outbox_nonce,
        task_field.outbox_tries, task_field.billed, task_field.cost, task_field.repeats,
        task_field.expected, task_field.refusals
    }

    -- A task by its fields (schema); the state is false if there is none.
    function task_of(id)
        local known = tasks_read[id]
        if known then
            return known
        end
        local got = redis.call('HMGET', keys.task(id), unpack(fields_read))
        return know({
            id = id, changes = {}, events = {}, stepped = false, calls = false, marked = false,
            caller = got[1], lane = got[2], deadline = got[3], state = got[4],
            queued_lane = got[5] or got[2], hook = got[6], attempt = got[7], nonce = got[8],
            worker = got[9], lease_ms = got[10], reserved_slot = got[11], sequence = got[12],
            called = got[13], duration_key = got[14], outbox_nonce = got[15],
            outbox_tries = got[16], billed = got[17], cost = got[18], repeats = got[19],
            expected = got[20], refusals = got[21]
        })
    end

    function set(task, name, value)
        local changes = task.changes
        task[name] = value
        changes[#changes + 1] = task_field[name]
        changes[#changes + 1] = value
    end

    -- A command that is sent once for each key at the end, with all that was added to it: only for
    -- what nothing in the same script reads.
    function gathering(command, key, option)
        local kind = option or command
        local by_key = gathered_by[kind]
        if not by_key then
            by_key = {}
            gathered_by[kind] = by_key
        end
        local list = by_key[key]
        if not list then
            -- Lua would search for the length.
            list = {command, key, option, length = option and 3 or 2}
            by_key[key] = list
            gathered[#gathered + 1] = list
        end
        return list
    end

    -- Adds one member; for ZADD a score and a member.
    function add_to(list, a, b)
        local length = list.length + 1
        list[length] = a
        if b then
            length = length + 1
            list[length] = b
        end
        list.length = length
    end

    function gather(command, key, a, b, option) add_to(gathering(command, key, option), a, b) end

    function hint(text) hints[text] = true end

    local history_limit = 200

    local function write_task(task)
        if task.stepped then
            set(task, 'sequence', task.sequence)
        end
        if #task.changes > 0 then
            redis.call('HSET', keys.task(task.id), unpack(task.changes))
        end
        if task.marked then
            redis.call('HSET', keys.calls(task.id), unpack(task.marked))
        end
        local events = task.events
        if #events > 0 then
            local key = keys.history(task.id)
            if redis.call('RPUSH', key, unpack(events)) > history_limit then
                redis.call('LTRIM', key, -history_limit, -1)
            end
        end
    end

    -- Whoever watches is told which tasks to look at; what they then read is what the whole script
    -- has done. Nobody relies on being told, so a user without the right to publish does no harm
    -- here.
    function write_back()
        for _, task in ipairs(tasks_known) do
            write_task(task)
            if #task.events > 0 then
                tell(task.id)
            end
        end
        for _, list in ipairs(gathered) do
            redis.call(unpack(list, 1, list.length))
        end
        for _, step in ipairs(last_steps) do
            step()
        end
        for text in pairs(hints) do
            redis.pcall('PUBLISH', keys.hint, text)
        end
        if #told > 0 then
            redis.pcall('PUBLISH', keys.live, table.concat(told, ' '))
        end
    end
end
