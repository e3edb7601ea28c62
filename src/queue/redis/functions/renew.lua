-- renew: a worker lives, has this capacity, and keeps these leases; only forward, only its own.
-- Returns {'ok', lost id, …}.
local until_ms = moment(tonumber(lease_ms))
redis.call('ZADD', keys.workers, until_ms, worker)
redis.call('HSET', keys.capacity, worker, capacity)
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', keys.workers, '-inf', '(' .. (now - 60000))) do
    redis.call('ZREM', keys.workers, gone)
    redis.call('HDEL', keys.capacity, gone)
end
local lost = {'ok'}
each.renew(function(id, attempt, nonce)
    local got = redis.call('HMGET', keys.task(id), task_field.attempt, task_field.nonce,
        task_field.reserved_slot)
    if holds({attempt = got[1], nonce = got[2]}, attempt, nonce) then
        redis.call('ZADD', keys.lease, 'XX', 'GT', until_ms, id)
        -- A place that has expired is not taken again behind the back of those who counted it free.
        local slot = got[3]
        local held_until = slot and slot ~= '' and redis.call('ZSCORE', keys.slot(slot), id .. ':r')
        if held_until and tonumber(held_until) >= now then
            redis.call('ZADD', keys.slot(slot), 'XX', 'GT', until_ms, id .. ':r')
        end
    else
        lost[#lost + 1] = id
    end
end)
return lost
