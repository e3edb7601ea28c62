-- audit: recounts the sets against the tasks, one caller and one page a call; changes nothing.
-- Returns {'ok', more 0/1, complaint, …}. What may be wrong between two pages of one run is
-- looked at again in the next: each page is one moment.
offset, size = tonumber(offset), tonumber(size)
local complaints = {'ok', 0}
local function complain(id, what)
    complaints[#complaints + 1] = id .. ': ' .. what
end

local function in_set(key, id) return redis.call('ZSCORE', key, id) and true or false end

local function page(key)
    local ids = redis.call('ZRANGE', key, offset, offset + size - 1)
    if #ids == size then
        complaints[2] = 1
    end
    return ids
end

-- In exactly the sets that its state asks for.
local function check_place(id, caller, state, lane)
    local queued = lane and in_set(keys.queue(lane, caller), id)
    local delayed = in_set(keys.delay, id)
    if (state == 'queued') ~= (queued or delayed) or (queued and delayed) then
        complain(id, state .. ' but in queue ' .. tostring(queued) .. ', delayed '
            .. tostring(delayed))
    end
    if queued and not (in_set(keys.ring(lane), caller)
        and redis.call('SISMEMBER', keys.lanes, lane) == 1) then
        complain(id, 'queued in lane ' .. lane .. ' where nobody looks')
    end
    local waiting = in_set(keys.waiting, id)
    if waiting ~= (queued and lane ~= 'storing') then
        complain(id, state .. ' but waiting ' .. tostring(waiting))
    end
    local at_work = state == 'leased' or state == 'calling' or state == 'storing'
    local leased = in_set(keys.lease, id)
    local running = redis.call('SISMEMBER', keys.running(caller), id) == 1
    if leased ~= at_work or running ~= at_work then
        complain(id, state .. ' but leased ' .. tostring(leased) .. ', running '
            .. tostring(running))
    end
    for what, key in pairs({modal = keys.modal, ended = keys.done}) do
        local expected = state == what or (what == 'ended' and is_terminal(state))
        if in_set(key, id) ~= expected then
            complain(id, state .. ' but ' .. what .. ' ' .. tostring(not expected))
        end
    end
    return at_work
end

local function check_calls(id, state)
    local in_flight = 0
    for index, marker in pairs(calls.parse(redis.call('HGETALL', keys.calls(id))).markers) do
        local member = id .. ':' .. index
        if marker.state == 'in_flight' then
            in_flight = in_flight + 1
            if marker.deadline >= now and not in_set(keys.slot(marker.slot), member) then
                complain(id, 'call ' .. index .. ' in flight without its place at ' .. marker.slot)
            end
        elseif marker.state == 'answered'
            and redis.call('HEXISTS', keys.calls(id), call_field.answer .. index) == 0 then
            complain(id, 'call ' .. index .. ' answered without its answer')
        end
    end
    if (state == 'calling') ~= (in_flight > 0) and not is_terminal(state) then
        complain(id, state .. ' with ' .. in_flight .. ' calls in flight')
    end
end

local function check_task(id, caller)
    local task = redis.call('HMGET', keys.task(id), task_field.state, task_field.caller,
        task_field.queued_lane, task_field.hook, task_field.nonce, task_field.finished,
        task_field.reserved_slot, task_field.lane)
    local state = task[1]
    if not state then
        return complain(id, 'is in the index but does not exist')
    end
    if task[2] ~= caller then
        complain(id, 'is in the index of ' .. caller .. ' but belongs to another')
    end
    local at_work = check_place(id, caller, state, task[3] or task[8])
    if at_work ~= ((task[5] or '') ~= '') then
        complain(id, state .. ' but token ' .. tostring(not at_work))
    end
    if (task[7] or '') ~= '' and not at_work then
        complain(id, state .. ' but a place is reserved at ' .. task[7])
    end
    if is_terminal(state) ~= (task[6] and true or false) then
        complain(id, state .. ' but finished ' .. tostring(not is_terminal(state)))
    end
    check_calls(id, state)
    local owed = redis.call('LLEN', keys.outbox(id)) > 0
    local due = outbox.due_at(id, caller) and true or false
    local dead = in_set(keys.dead, id)
    if owed ~= due or (owed and not task[4]) then
        complain(id, 'callback owed ' .. tostring(owed) .. ', due ' .. tostring(due))
    end
    if dead and (owed or not is_terminal(state)) then
        complain(id, state .. ', callback owed ' .. tostring(owed) .. ' but a dead letter')
    end
end

-- A member of any set must be a task that its caller's index knows: then check_task sees it.
local function check_known(id, where)
    local caller = redis.call('HGET', keys.task(id), task_field.caller)
    if not caller then
        complain(id, 'is in ' .. where .. ' but does not exist')
    elseif not task_index.has(caller, id)
        or redis.call('HEXISTS', keys.callers, caller) == 0 then
        complain(id, 'is in ' .. where .. ' but in no index')
    end
    return caller
end

-- Places that are held belong to a call that may still be under way, or to a reservation.
local function check_slot(slot)
    for _, member in ipairs(redis.call('ZRANGEBYSCORE', keys.slot(slot), now, '+inf')) do
        local id, index = string.match(member, '^(%d+):(%w+)$')
        local text = id and redis.call('HGET', keys.calls(id), call_field.marker .. index)
        local marker = text and calls.parse_marker(text)
        local held = marker and marker.slot == slot
            and (marker.state == 'in_flight' or marker.state == 'lost'
                or marker.state == 'repeated')
        if index == 'r' then
            held = redis.call('HGET', keys.task(id), task_field.reserved_slot) == slot
        end
        if not held then
            complain(member, 'holds a place at ' .. slot .. ' for nothing')
        end
    end
end

local function check_ring(lane)
    local callers = redis.call('ZRANGE', keys.ring(lane), 0, -1)
    if #callers == 0 then
        complain(lane, 'is a lane without callers')
    end
    for _, caller in ipairs(callers) do
        if redis.call('EXISTS', keys.queue(lane, caller)) == 0 then
            complain(lane, 'has ' .. caller .. ' in its ring, who waits for nothing')
        end
    end
end

if part == 'caller' then
    -- A page is one part of the index, and as many of each queue.
    local first = redis.call('ZRANGE', keys.index(owner), offset / size, offset / size)[1]
    complaints[2] = first and 1 or 0
    for _, id in ipairs(first and redis.call('SMEMBERS', keys.part(owner, first)) or {}) do
        check_task(id, owner)
    end
    if offset == 0 then
        for _, id in ipairs(redis.call('SMEMBERS', keys.running(owner))) do
            if check_known(id, 'the running tasks') ~= owner then
                complain(id, 'runs for ' .. owner .. ' but belongs to another')
            end
        end
    end
    local due = page(keys.due(owner))
    if #due > 0 and redis.call('SISMEMBER', keys.owed, owner) == 0 then
        complain(owner, 'is owed callbacks where nobody looks')
    end
    for _, id in ipairs(due) do
        if check_known(id, 'due callbacks') ~= owner then
            complain(id, 'is due for ' .. owner .. ' but belongs to another')
        end
    end
    for _, lane in ipairs(redis.call('SMEMBERS', keys.lanes)) do
        for _, id in ipairs(page(keys.queue(lane, owner))) do
            check_known(id, 'queue ' .. lane)
            local stands = redis.call('HMGET', keys.task(id), task_field.queued_lane,
                task_field.lane)
            if (stands[1] or stands[2]) ~= lane then
                complain(id, 'is in queue ' .. lane .. ' but stands for another')
            end
        end
    end
else
    for _, key in ipairs({keys.lease, keys.waiting, keys.delay, keys.modal, keys.done,
        keys.old_due, keys.dead}) do
        for _, id in ipairs(page(key)) do
            check_known(id, string.sub(key, #base + 1))
        end
    end
    if offset == 0 then
        for _, slot in ipairs(redis.call('SMEMBERS', keys.slots)) do
            check_slot(slot)
        end
        for _, lane in ipairs(redis.call('SMEMBERS', keys.lanes)) do
            check_ring(lane)
        end
    end
end
return complaints
