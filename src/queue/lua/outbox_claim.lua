-- outbox_claim: leases the head events of tasks whose callback is due, of each caller no more than
-- there is room for, and of the callers in turn: one that is owed much does not keep the others
-- waiting.
-- ARGV[3] most  [4] lease ms  [5] nonce, fresh and random
--     [6] room for a caller that is not named  [7...] those that are: name, room, …
-- Returns {'ok', {id, hash, submission, view, event, nonce, terminal 0/1}, …}.
-- After this nobody else delivers for those tasks until the lease ends.
local claimed = {'ok'}
local most, until_ms = tonumber(ARGV[3]), moment(tonumber(ARGV[4]))
local rooms = {}
for i = 7, #ARGV, 2 do
    rooms[ARGV[i]] = tonumber(ARGV[i + 1])
end

-- Versions before kept the due tasks of all callers in one set.
local moved_at_once = 500
local function take_over_old()
    local old = redis.call('ZRANGE', old_due_key, 0, moved_at_once - 1, 'WITHSCORES')
    for i = 1, #old, 2 do
        local caller = redis.call('HGET', task_key(old[i]), 'c')
        if caller then
            redis.call('ZADD', due_key(caller), 'NX', old[i + 1], old[i])
            redis.call('SADD', owed_key, caller)
        end
        redis.call('ZREM', old_due_key, old[i])
    end
end

-- The due tasks of each caller, first those that wait longest; a caller that is owed nothing any
-- more leaves.
local function due_tasks()
    local lines = {}
    local callers = redis.call('SMEMBERS', owed_key)
    table.sort(callers)
    for _, caller in ipairs(callers) do
        local room = math.min(most, rooms[caller] or tonumber(ARGV[6]))
        local ids = room > 0 and redis.call('ZRANGEBYSCORE', due_key(caller), '-inf', stamp,
            'LIMIT', 0, room) or {}
        if #ids > 0 then
            lines[#lines + 1] = {caller = caller, ids = ids}
        elseif redis.call('EXISTS', due_key(caller)) == 0 then
            redis.call('SREM', owed_key, caller)
        end
    end
    return lines
end

local function claim(id, caller)
    local entry = redis.call('LINDEX', outbox_key(id), 0)
    if not entry then
        redis.call('ZREM', due_key(caller), id)
        return
    end
    local nonce = ARGV[5] .. '.' .. #claimed
    local hash = redis.call('HGETALL', task_key(id))
    redis.call('HSET', task_key(id), 'on', nonce)
    make_due(id, caller, until_ms)
    local status = status_of(entry)
    local terminal = (status == 'SUCCESS' or status == 'FAILURE') and 1 or 0
    local view = terminal == 1 and redis.call('GET', view_key(id)) or ''
    claimed[#claimed + 1] = {id, hash, redis.call('GET', submission_key(id)) or '', view, entry,
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
