-- name_request: what a request is called that came without an Idempotency-Key, for a while. A
-- repetition has the name of what it repeats; anything else gets the fresh one.
-- Returns {'ok', name}.
local key = keys.request_name(caller, digest)
local name = again == '1' and redis.call('GET', key)
if not name then
    name = fresh
    redis.call('SET', key, name, 'PX', kept_ms)
end
return {'ok', name}
