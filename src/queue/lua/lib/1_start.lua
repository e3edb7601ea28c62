-- Every script: KEYS[1] = "<prefix>:{<shard>}:", the start of all keys; ARGV[1] = now in ms, or 0
-- for Redis' TIME (tests pass theirs); ARGV[2] = not-after in ms, or 0. Later than that the script
-- changes nothing and returns {'late'}: its caller has answered "unavailable" by then.
local base = KEYS[1]
local stamp = ARGV[1] -- now as text: Redis prints each number that it is given anew
if stamp == '0' then
    local time = redis.call('TIME')
    stamp = time[1] .. string.format('%03d', math.floor(time[2] / 1000))
end
local now = tonumber(stamp)
if ARGV[2] ~= '0' and now > tonumber(ARGV[2]) then
    return {'late'}
end

-- A call is given up this long after its deadline (contract, promise 3).
local call_grace = 2000
