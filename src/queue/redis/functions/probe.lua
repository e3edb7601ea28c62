-- probe: whether this connection's user may do all that the functions do. What they do is the list
-- below; a right that is missing is told before anything is half done for want of it.
-- Returns {'ok'}, or {'denied', what it may not do}.
local rights = 'DEL EXISTS EXPIRE GET HDEL HEXISTS HGET HGETALL HINCRBY HKEYS HMGET HSET HSETNX '
    .. 'LINDEX LLEN LPOP LPUSH LRANGE LTRIM PEXPIRE RPOP RPUSH SADD SCARD SET SISMEMBER SMEMBERS '
    .. 'SREM TIME ZADD ZCARD ZCOUNT ZRANGE ZRANGEBYSCORE ZRANK ZREM ZREMRANGEBYSCORE ZREVRANGE '
    .. 'ZREVRANGEBYSCORE ZSCORE'
local key = keys.probe
for name in string.gmatch(rights, '%u+') do
    if not redis.acl_check_cmd(name, key, key, key) then
        return {'denied', 'run ' .. name .. ' on ' .. base .. '*'}
    end
end
for _, channel in ipairs({keys.hint, keys.live}) do
    if not redis.acl_check_cmd('PUBLISH', channel, '') then
        return {'denied', 'publish to ' .. channel}
    end
end
redis.call('SET', key, '1', 'PX', 60000)
redis.call('PUBLISH', keys.hint, 'probe')
return {'ok'}
