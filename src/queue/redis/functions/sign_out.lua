-- sign_out: a session that counts no more.
-- Returns {'ok'}. After this it is in the set `out:<group>`, by that time; or all sessions are that
-- end no later than '*', which stands there for them when they became too many to be named.
local most_named = 1000
local key = keys.signed_out(group)
redis.call('ZREMRANGEBYSCORE', key, '-inf', stamp)
redis.call('ZADD', key, expires, session)
local last = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')[2]
if redis.call('ZCARD', key) > most_named then
    redis.call('DEL', key)
    redis.call('ZADD', key, last, '*')
end
redis.call('PEXPIRE', key, math.max(1, tonumber(last) - now))
return {'ok'}
