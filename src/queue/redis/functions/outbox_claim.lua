-- outbox_claim: leases the head events of tasks whose callback is due, of each caller no more than
-- there is room for, and of the callers in turn: one that is owed much does not keep the others
-- waiting.
-- Returns {'ok', {id, hash, submission, view, event, nonce, terminal 0/1}, …}.
-- After this nobody else delivers for those tasks until the lease ends.
local claimed = {'ok'}
most = tonumber(most)
local until_ms = moment(tonumber(lease_ms))
local rooms = {}
each.outbox_claim(function(caller, its_room) rooms[caller] = tonumber(its_room) end)

-- Versions before kept the due tasks of all callers in one set.
local moved_at_once = 500
local function take_over_old()
    local old = redis.call('ZRANGE', keys.old_due, 0, moved_at_once - 1, 'WITHSCORES')
    for i = 1, #old, 2 do
        local caller = redis.call('HGET', keys.task(old[i]), task_field.caller)
        if caller then
            redis.call('ZADD', keys.due(caller), 'NX', old[i + 1], old[i])
            redis.call('SADD', keys.owed, caller)
        end
        redis.call('ZREM', keys.old_due, old[i])
    end
end

-- The due tasks of each caller, first those that wait longest; a caller that is owed nothing any
-- more leaves.
local function due_tasks()
    local lines = {}
    local callers = redis.call('SMEMBERS', keys.owed)
    table.sort(callers)
    for _, caller in ipairs(callers) do
        local most_here = math.min(most, rooms[caller] or tonumber(room))
        local ids = most_here > 0 and redis.call('ZRANGEBYSCORE', keys.due(caller), '-inf', stamp,
            'LIMIT', 0, most_here) or {}
        if #ids > 0 then
            lines[#lines + 1] = {caller = caller, ids = ids}
        elseif redis.call('EXISTS', keys.due(caller)) == 0 then
            redis.call('SREM', keys.owed, caller)
        end
    end
    return lines
end

local function claim(id, caller)
    local entry = redis.call('LINDEX', keys.outbox(id), 0)
    if not entry then
        redis.call('ZREM', keys.due(caller), id)
        return
    end
    local nonce = fresh_nonce .. '.' .. #claimed
    local hash = redis.call('HGETALL', keys.task(id))
    redis.call('HSET', keys.task(id), task_field.outbox_nonce, nonce)
    outbox.make_due(id, caller, until_ms)
    local status = outbox.status_of(entry)
    local terminal = (status == 'SUCCESS' or status == 'FAILURE') and 1 or 0
    local view = terminal == 1 and redis.call('GET', keys.view(id)) or ''
    claimed[#claimed + 1] = {id, hash, redis.call('GET', keys.submission(id)) or '', view, entry,
        nonce, terminal}
end

take_over_old()
local lines = due_tasks()
for turn = 1, most do
    local any = false
    for i = 1, #lines do
        local line = lines[(i + now) % #lines + 1]
        local id = line.ids[turn]
        if id and #claimed <= most then
            any = true
            claim(id, line.caller)
        end
    end
    if not any then
        break
    end
end
write_back()
return claimed
