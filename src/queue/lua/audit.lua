-- audit: recounts the sets against the tasks, one caller and one page a call; changes nothing.
-- ARGV[3] caller, or '@sets' for those that belong to nobody  [4] offset  [5] page size
-- Returns {'ok', more 0/1, complaint, …}.
local complaints = {'ok', 0}
local function complain(id, what)
    complaints[#complaints + 1] = id .. ': ' .. what
end

local function check_task(id, caller)
    local task = redis.call('HMGET', task_key(id), 's', 'c', 'ql', 'hk')
    local state = task[1]
    if not state then
        return complain(id, 'is in the index but does not exist')
    end
    local queued = task[3] and redis.call('ZSCORE', queue_key(task[3], caller), id) and true or false
    local waiting = redis.call('ZSCORE', waiting_key, id) and true or false
    local leased = redis.call('ZSCORE', lease_key, id) and true or false
    local running = redis.call('SISMEMBER', running_key(caller), id) == 1
    local delayed = redis.call('ZSCORE', delay_key, id) and true or false
    local modal = redis.call('ZSCORE', modal_key, id) and true or false
    local done = redis.call('ZSCORE', done_key, id) and true or false
    local at_work = state == 'leased' or state == 'calling' or state == 'storing'
    if (state == 'queued') ~= (queued or delayed) or (queued and delayed) then
        complain(id, state .. ' but in queue ' .. tostring(queued) .. ', delayed ' .. tostring(delayed))
    end
    if waiting ~= (queued and task[3] ~= 'storing') then
        complain(id, state .. ' but waiting ' .. tostring(waiting))
    end
    if leased ~= at_work or running ~= at_work then
        complain(id, state .. ' but leased ' .. tostring(leased) .. ', running ' .. tostring(running))
    end
    if modal ~= (state == 'modal') then
        complain(id, state .. ' but modal ' .. tostring(modal))
    end
    if done ~= is_terminal(state) then
        complain(id, state .. ' but done ' .. tostring(done))
    end
    local in_flight = count_calls(id)
    if (state == 'calling') ~= (in_flight > 0) and not is_terminal(state) then
        complain(id, state .. ' with ' .. in_flight .. ' calls in flight')
    end
    local owed = redis.call('LLEN', outbox_key(id)) > 0
    local due = redis.call('ZSCORE', due_key, id) and true or false
    if owed ~= due then
        complain(id, 'callback owed ' .. tostring(owed) .. ', due ' .. tostring(due))
    end
end

local offset, size = tonumber(ARGV[4]), tonumber(ARGV[5])
if ARGV[3] ~= '@sets' then
    local ids = redis.call('ZRANGE', index_key(ARGV[3]), offset, offset + size - 1)
    for _, id in ipairs(ids) do
        check_task(id, ARGV[3])
    end
    complaints[2] = #ids == size and 1 or 0
else
    for _, key in ipairs({lease_key, waiting_key, delay_key, modal_key, done_key, due_key}) do
        local ids = redis.call('ZRANGE', key, offset, offset + size - 1)
        for _, id in ipairs(ids) do
            if redis.call('EXISTS', task_key(id)) == 0 then
                complain(id, 'is in ' .. string.sub(key, #base + 1) .. ' but does not exist')
            end
        end
        if #ids == size then
            complaints[2] = 1
        end
    end
end
return complaints
