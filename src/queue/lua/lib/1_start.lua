-- How every call begins. KEYS[1] = "<prefix>:{<shard>}:", the start of all keys; ARGV[1] = now in
-- ms, or 0 for Redis' TIME (tests pass theirs); ARGV[2] = not-after in ms, or 0. Later than that a
-- call changes nothing and returns {'late'}: its caller has answered "unavailable" by then.
--
-- Redis makes this library once and keeps it between calls, so what a call learns stands in
-- variables that the next one sets anew: each file says which, by at_start().
local KEYS, ARGV
local base
local stamp -- now as text: Redis prints each number that it is given anew
local now

local starts = {}
local function at_start(start) starts[#starts + 1] = start end

-- False when it is too late.
local function start(keys, values)
    KEYS, ARGV = keys, values
    base, stamp = KEYS[1], ARGV[1]
    if stamp == '0' then
        local time = redis.call('TIME')
        stamp = time[1] .. string.format('%03d', math.floor(time[2] / 1000))
    end
    now = tonumber(stamp)
    if ARGV[2] ~= '0' and now > tonumber(ARGV[2]) then
        return false
    end
    for i = 1, #starts do
        starts[i]()
    end
    return true
end

-- A call is given up this long after its deadline (contract, promise 3).
local call_grace = 2000
