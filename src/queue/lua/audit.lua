-- audit: recounts the sets against the tasks, one caller and one page a call; changes nothing.
-- ARGV[3] offset  [4] page size  [5] 'sets' for those that belong to nobody, or 'caller'
--     [6] caller
-- Returns {'ok', more 0/1, complaint, …}. What may be wrong between two pages of one run is
-- looked at again in the next: each page is one moment.
local offset, size, owner = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[6]
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
    local queued = lane and in_set(queue_key(lane, caller), id)
    local delayed = in_set(delay_key, id)
    if (state == 'queued') ~= (queued or delayed) or (queued and delayed) then
        complain(id, state .. ' but in queue ' .. tostring(queued) .. ', delayed '
            .. tostring(delayed))
    end
    if queued and not (in_set(ring_key(lane), caller)
        and redis.call('SISMEMBER', lanes_key, lane) == 1) then
        complain(id, 'queued in lane ' .. lane .. ' where nobody looks')
    end
    local waiting = in_set(waiting_key, id)
    if waiting ~= (queued and lane ~= 'storing') then
        complain(id, state .. ' but waiting ' .. tostring(waiting))
    end
    local at_work = state == 'leased' or state == 'calling' or state == 'storing'
    local leased = in_set(lease_key, id)
    local running = redis.call('SISMEMBER', running_key(caller), id) == 1
    if leased ~= at_work or running ~= at_work then
        complain(id, state .. ' but leased ' .. tostring(leased) .. ', running '
            .. tostring(running))
    end
    for what, key in pairs({modal = modal_key, ended = done_key}) do
        local expected = state == what or (what == 'ended' and is_terminal(state))
        if in_set(key, id) ~= expected then
            complain(id, state .. ' but ' .. what .. ' ' .. tostring(not expected))
        end
    end
    return at_work
end

local function check_calls(id, state)
    local in_flight = 0
    for index, marker in pairs(parse_calls(redis.call('HGETALL', calls_key(id))).m) do
        local member = id .. ':' .. index
        if marker.state == 'in_flight' then
            in_flight = in_flight + 1
            if marker.deadline >= now and not in_set(slot_key(marker.slot), member) then
                complain(id, 'call ' .. index .. ' in flight without its place at ' .. marker.slot)
            end
        elseif marker.state == 'answered'
            and redis.call('HEXISTS', calls_key(id), 'a' .. index) == 0 then
            complain(id, 'call ' .. index .. ' answered without its answer')
        end
    end
    if (state == 'calling') ~= (in_flight > 0) and not is_terminal(state) then
        complain(id, state .. ' with ' .. in_flight .. ' calls in flight')
    end
end

local function check_task(id, caller)
    local task = redis.call('HMGET', task_key(id), 's', 'c', 'ql', 'hk', 'n', 'f', 'sl', 'l')
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
    local owed = redis.call('LLEN', outbox_key(id)) > 0
    local due = due_at(id, caller) and true or false
    local dead = in_set(dead_key, id)
    if owed ~= due or (owed and not task[4]) then
        complain(id, 'callback owed ' .. tostring(owed) .. ', due ' .. tostring(due))
    end
    if dead and (owed or not is_terminal(state)) then
        complain(id, state .. ', callback owed ' .. tostring(owed) .. ' but a dead letter')
    end
end

-- A member of any set must be a task that its caller's index knows: then check_task sees it.
local function check_known(id, set)
    local caller = redis.call('HGET', task_key(id), 'c')
    if not caller then
        complain(id, 'is in ' .. set .. ' but does not exist')
    elseif not in_index(caller, id)
        or redis.call('HEXISTS', callers_key, caller) == 0 then
        complain(id, 'is in ' .. set .. ' but in no index')
    end
    return caller
end

-- Places that are held belong to a call that may still be under way, or to a reservation.
local function check_slot(slot)
    for _, member in ipairs(redis.call('ZRANGEBYSCORE', slot_key(slot), now, '+inf')) do
        local id, index = string.match(member, '^(%d+):(%w+)$')
        local text = id and redis.call('HGET', calls_key(id), 'm' .. index)
        local marker = text and parse_marker(text)
        local held = marker and marker.slot == slot
            and (marker.state == 'in_flight' or marker.state == 'lost'
                or marker.state == 'repeated')
        if index == 'r' then
            held = redis.call('HGET', task_key(id), 'sl') == slot
        end
        if not held then
            complain(member, 'holds a place at ' .. slot .. ' for nothing')
        end
    end
end

local function check_ring(lane)
    local callers = redis.call('ZRANGE', ring_key(lane), 0, -1)
    if #callers == 0 then
        complain(lane, 'is a lane without callers')
    end
    for _, caller in ipairs(callers) do
        if redis.call('EXISTS', queue_key(lane, caller)) == 0 then
            complain(lane, 'has ' .. caller .. ' in its ring, who waits for nothing')
        end
    end
end

if ARGV[5] == 'caller' then
    -- A page is one part of the index, and as many of each queue.
    local first = redis.call('ZRANGE', index_key(owner), offset / size, offset / size)[1]
    complaints[2] = first and 1 or 0
    for _, id in ipairs(first and redis.call('SMEMBERS', part_key(owner, first)) or {}) do
        check_task(id, owner)
    end
    if offset == 0 then
        for _, id in ipairs(redis.call('SMEMBERS', running_key(owner))) do
            if check_known(id, 'the running tasks') ~= owner then
                complain(id, 'runs for ' .. owner .. ' but belongs to another')
            end
        end
    end
    local due = page(due_key(owner))
    if #due > 0 and redis.call('SISMEMBER', owed_key, owner) == 0 then
        complain(owner, 'is owed callbacks where nobody looks')
    end
    for _, id in ipairs(due) do
        if check_known(id, 'due callbacks') ~= owner then
            complain(id, 'is due for ' .. owner .. ' but belongs to another')
        end
    end
    for _, lane in ipairs(redis.call('SMEMBERS', lanes_key)) do
        for _, id in ipairs(page(queue_key(lane, owner))) do
            check_known(id, 'queue ' .. lane)
            local stands = redis.call('HMGET', task_key(id), 'ql', 'l')
            if (stands[1] or stands[2]) ~= lane then
                complain(id, 'is in queue ' .. lane .. ' but stands for another')
            end
        end
    end
else
    for _, key in ipairs({lease_key, waiting_key, delay_key, modal_key, done_key,
        old_due_key, dead_key}) do
        for _, id in ipairs(page(key)) do
            check_known(id, string.sub(key, #base + 1))
        end
    end
    if offset == 0 then
        for _, slot in ipairs(redis.call('SMEMBERS', slots_key)) do
            check_slot(slot)
        end
        for _, lane in ipairs(redis.call('SMEMBERS', lanes_key)) do
            check_ring(lane)
        end
    end
end
return complaints
