-- follow: tasks as they stand, for those who watch them: what happened since they last looked, and
-- how many tasks will start before one that waits.
-- Returns {'ok', entry, …}, one for each id: {} when the task is missing or not visible, else
-- {id, {hash, submission, view}, {event, …}, ahead}; ahead is -1 unless it stands in a queue.
-- Ahead is what fair queueing will do if nothing changes: of each caller in the lane, the tasks
-- whose virtual time comes before this one's. Limits of running tasks are not looked at.
local callers_looked_at = 200
local lanes = {}

local function lane_of(name)
    if not lanes[name] then
        lanes[name] = {}
        for _, caller in ipairs(redis.call('ZRANGE', keys.ring(name), 0, callers_looked_at - 1)) do
            lanes[name][#lanes[name] + 1] = {
                name = caller, weight = queues.limits_of(caller),
                time = tonumber(redis.call('HGET', keys.fair, caller) or '0'),
                waiting = redis.call('ZCARD', keys.queue(name, caller))
            }
        end
    end
    return lanes[name]
end

local function tasks_ahead(id)
    local task = redis.call('HMGET', keys.task(id), task_field.state, task_field.queued_lane,
        task_field.caller, task_field.lane)
    task[2] = task[2] or task[4]
    local rank = task[1] == 'queued' and redis.call('ZRANK', keys.queue(task[2], task[3]), id)
    if not rank then
        return -1
    end
    local turn, ahead = 0, rank
    for _, caller in ipairs(lane_of(task[2])) do
        if caller.name == task[3] then
            turn = caller.time + rank / caller.weight
        end
    end
    for _, caller in ipairs(lane_of(task[2])) do
        if caller.name ~= task[3] then
            local before = math.ceil((turn - caller.time) * caller.weight)
            ahead = ahead + math.max(0, math.min(before, caller.waiting))
        end
    end
    return ahead
end

local function events_after(id, known)
    local told = {}
    local last = known ~= '' and redis.call('HGET', keys.task(id), task_field.sequence) or '1'
    if known == '' or tonumber(last) <= tonumber(known) then
        return told
    end
    for _, event in ipairs(redis.call('LRANGE', keys.history(id), 0, -1)) do
        if tonumber(string.match(event, '^%d+')) > tonumber(known) then
            told[#told + 1] = event
        end
    end
    return told
end

local found = {'ok'}
each.follow(function(id, caller, all, known)
    if visible(id, caller, all) then
        found[#found + 1] = {id, tasks.describe(id), events_after(id, known), tasks_ahead(id)}
    else
        found[#found + 1] = {}
    end
end)
return found
