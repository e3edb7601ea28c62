-- sign_off: a worker leaves; it no longer counts as alive.
-- Returns {'ok'}.
redis.call('ZREM', keys.workers, worker)
redis.call('HDEL', keys.capacity, worker)
return {'ok'}
