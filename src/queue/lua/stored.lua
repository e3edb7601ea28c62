-- stored: records a paid answer before anything else is done with it.
-- ARGV[3] id  [4] attempt  [5] nonce  [6] call index  [7] answer  [8] complete 0/1  [9] cost micros
-- Returns {'ok'}, or {'stale'}: then nothing was written (the caller tries adopt).
local id, index = ARGV[3], ARGV[6]
if not holds(id, ARGV[4], ARGV[5]) then
    return {'stale'}
end
local key = task_key(id)
local new, marker = record_answer(id, index, ARGV[7], ARGV[9])
if new then
    local name = redis.call('HGET', key, 'dk')
    if name then
        -- As task::smooth_duration: a moving average of weight 1/4, the first one whole.
        local seen = now - marker.started
        local known = tonumber(redis.call('HGET', duration_key, name) or '0')
        redis.call('HSET', duration_key, name,
            known == 0 and seen or math.floor((known * 3 + seen) / 4))
    end
    add_event(id, 'answered by ' .. marker.slot)
end
-- Storing begins when nothing is in flight any more: until then a lost lease must not end a call.
if count_calls(id) == 0 then
    redis.call('HSET', key, 's', ARGV[8] == '1' and 'storing' or 'leased')
end
extend_lease(id)
return {'ok'}
