-- release: gives a lease back unused; the task returns to the head of its queue.
-- ARGV[3] id  [4] attempt  [5] nonce  [6] lane or '' for its own  [7] delay ms  [8] why
-- Returns {'ok'} or {'stale'} (also while a call is in flight: that can not be given back).
local id = ARGV[3]
if not holds(id, ARGV[4], ARGV[5]) or count_calls(id) > 0 then
    return {'stale'}
end
local task = redis.call('HMGET', task_key(id), 'c', 'l', 'd')
local lane = ARGV[6] ~= '' and ARGV[6] or task[2]
add_event(id, 'released: ' .. ARGV[8])
if ARGV[7] == '0' then
    requeue(id, task[1], lane)
else
    unlease(id, task[1])
    redis.call('HSET', task_key(id), 's', 'queued', 'ql', lane)
    -- Paid pictures wait as long as they must; a call is not waited for beyond the last moment.
    local due = now + tonumber(ARGV[7])
    if lane ~= 'storing' then
        due = math.max(now, math.min(due, tonumber(task[3])))
    end
    redis.call('ZADD', delay_key, due, id)
    announce_room()
end
return {'ok'}
