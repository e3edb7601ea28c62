-- outbox_claim: leases the head events of tasks whose callback is due.
-- ARGV[3] most  [4] lease ms  [5] nonce, fresh and random
-- Returns {'ok', {id, hash, submission, view, event, nonce, terminal 0/1}, …}.
-- After this nobody else delivers for those tasks until the lease ends.
local claimed = {'ok'}
local until_ms = moment(tonumber(ARGV[4]))
for i, id in ipairs(redis.call('ZRANGEBYSCORE', due_key, '-inf', stamp, 'LIMIT', 0, ARGV[3])) do
    local entry = redis.call('LINDEX', outbox_key(id), 0)
    if entry then
        local nonce = ARGV[5] .. '.' .. i
        local hash = redis.call('HGETALL', task_key(id))
        redis.call('HSET', task_key(id), 'on', nonce)
        gather('ZADD', due_key, until_ms, id)
        local status = status_of(entry)
        local terminal = (status == 'SUCCESS' or status == 'FAILURE') and 1 or 0
        local view = terminal == 1 and redis.call('GET', view_key(id)) or ''
        claimed[#claimed + 1] = {id, hash, redis.call('GET', submission_key(id)) or '', view,
            entry, nonce, terminal}
    else
        redis.call('ZREM', due_key, id)
    end
end
write_back()
return claimed
