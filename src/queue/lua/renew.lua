-- renew: a worker lives, has this capacity, and keeps these leases; only forward, only its own.
-- ARGV[3] worker  [4] capacity  [5] lease ms  [6...] id, attempt, nonce, …
-- Returns {'ok', lost id, …}.
local until_ms = moment(tonumber(ARGV[5]))
redis.call('ZADD', workers_key, until_ms, ARGV[3])
redis.call('HSET', capacity_key, ARGV[3], ARGV[4])
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', workers_key, '-inf', '(' .. (now - 60000))) do
    redis.call('ZREM', workers_key, gone)
    redis.call('HDEL', capacity_key, gone)
end
local lost = {'ok'}
for i = 6, #ARGV, 3 do
    local id = ARGV[i]
    local got = redis.call('HMGET', task_key(id), 'a', 'n', 'sl')
    if holds({a = got[1], n = got[2]}, ARGV[i + 1], ARGV[i + 2]) then
        redis.call('ZADD', lease_key, 'XX', 'GT', until_ms, id)
        -- A place that has expired is not taken again behind the back of those who counted it free.
        local slot = got[3]
        local held_until = slot and slot ~= '' and redis.call('ZSCORE', slot_key(slot), id .. ':r')
        if held_until and tonumber(held_until) >= now then
            redis.call('ZADD', slot_key(slot), 'XX', 'GT', until_ms, id .. ':r')
        end
    else
        lost[#lost + 1] = id
    end
end
return lost
