-- sign_off: a worker leaves; it no longer counts as alive.
-- ARGV[3] worker
-- Returns {'ok'}.
redis.call('ZREM', workers_key, ARGV[3])
redis.call('HDEL', capacity_key, ARGV[3])
return {'ok'}
