-- forget: retention. Ended tasks older than the limit go, unless a callback is still owed, a dead
-- letter waits for a person, or a call may still be answered and billed; those are looked at again
-- in an hour.
-- Returns {'ok', number forgotten}.
local look_again_ms = 3600000

local function may_be_answered(id)
    for _, marker in pairs(calls.parse(redis.call('HGETALL', keys.calls(id))).markers) do
        if marker.state ~= 'answered' and marker.state ~= 'not_started'
            and marker.deadline + call_grace >= now then
            return true
        end
    end
    return false
end

local limit = now - tonumber(kept_ms)
local forgotten = 0
for _, id in ipairs(redis.call('ZRANGEBYSCORE', keys.done, '-inf', limit, 'LIMIT', 0, most)) do
    local caller = redis.call('HGET', keys.task(id), task_field.caller)
    if (caller and outbox.due_at(id, caller)) or redis.call('ZSCORE', keys.dead, id)
        or may_be_answered(id) then
        redis.call('ZADD', keys.done, limit + look_again_ms, id)
    else
        redis.call('DEL', keys.task(id), keys.submission(id), keys.view(id), keys.calls(id),
            keys.history(id), keys.outbox(id))
        redis.call('ZREM', keys.done, id)
        if caller then
            task_index.drop(caller, id)
        end
        forgotten = forgotten + 1
    end
end
return {'ok', forgotten}
