-- How every call begins. Its one key is "<prefix>:{<shard>}:", the start of all keys. Before its
-- arguments (schema) stand now in ms, or 0 for Redis' TIME (tests pass theirs), and not-after in
-- ms, or 0. Later than that a call changes nothing and returns {'late'}: its caller has answered
-- "unavailable" by then. Nor does one whose user has lost the right to one of the kinds of writes:
-- {'denied', what}. Found out at a command in the middle, half of it would be done.
--
-- Redis makes this library once and keeps it between calls, so what a call learns stands in
-- variables that the next one sets anew: each file says which, by at_start().
local base
local stamp -- now as text: Redis prints each number that it is given anew
local now

local starts = {}
local function at_start(begin) starts[#starts + 1] = begin end

-- One of each kind of data: what is taken from a user is mostly a kind (-@hash). All of them are
-- too dear for each call; probe.lua looks at all.
local rights_to_write = {'DEL', 'HSET', 'RPUSH', 'SADD', 'SET', 'ZADD'}

-- The refusal of a call that may not be done, else nil.
local function start(given_keys, given_values, writes)
    values = given_values
    base, stamp = given_keys[1], values[1]
    if stamp == '0' then
        local time = redis.call('TIME')
        stamp = time[1] .. string.format('%03d', math.floor(time[2] / 1000))
    end
    now = tonumber(stamp)
    if values[2] ~= '0' and now > tonumber(values[2]) then
        return {'late'}
    end
    for i = 1, writes and #rights_to_write or 0 do
        if not redis.acl_check_cmd(rights_to_write[i], base, base, base) then
            return {'denied', 'run ' .. rights_to_write[i] .. ' on ' .. base .. '*'}
        end
    end
    for i = 1, #starts do
        starts[i]()
    end
    return nil
end

-- A call is given up this long after its deadline (contract, promise 3).
local call_grace = 2000
