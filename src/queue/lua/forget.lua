-- forget: retention. Ended tasks older than the limit go, unless a callback is still owed, a dead
-- letter waits for a person, or a call may still be answered and billed; those are looked at again
-- in an hour.
-- ARGV[3] kept ms  [4] most
-- Returns {'ok', number forgotten}.
local look_again_ms = 3600000

local function may_be_answered(id)
    for _, marker in pairs(parse_calls(redis.call('HGETALL', calls_key(id))).m) do
        if marker.state ~= 'answered' and marker.state ~= 'not_started'
            and marker.deadline + call_grace >= now then
            return true
        end
    end
    return false
end

local limit = now - tonumber(ARGV[3])
local forgotten = 0
for _, id in ipairs(redis.call('ZRANGEBYSCORE', done_key, '-inf', limit, 'LIMIT', 0, ARGV[4])) do
    local caller = redis.call('HGET', task_key(id), 'c')
    if (caller and due_at(id, caller)) or redis.call('ZSCORE', dead_key, id)
        or may_be_answered(id) then
        redis.call('ZADD', done_key, limit + look_again_ms, id)
    else
        redis.call('DEL', task_key(id), submission_key(id), view_key(id), calls_key(id),
            history_key(id), outbox_key(id))
        redis.call('ZREM', done_key, id)
        if caller then
            drop_from_index(caller, id)
        end
        forgotten = forgotten + 1
    end
end
return {'ok', forgotten}
