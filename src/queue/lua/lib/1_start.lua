-- Every script: KEYS[1] = "<prefix>:{<shard>}:", the start of all keys; ARGV[1] = now in ms, or 0
-- for Redis' TIME (tests pass theirs); ARGV[2] = not-after in ms, or 0. Later than that the script
-- changes nothing and returns {'late'}: its caller has answered "unavailable" by then.
local base = KEYS[1]
local now = tonumber(ARGV[1])
if now == 0 then
    local time = redis.call('TIME')
    now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
if ARGV[2] ~= '0' and now > tonumber(ARGV[2]) then
    return {'late'}
end

-- A call is given up this long after its deadline (contract, promise 3).
local call_grace = 2000
