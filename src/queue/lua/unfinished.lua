-- unfinished: running and waiting tasks, oldest first; delayed ones and those to be stored
-- included.
-- ARGV[3] caller  [4] sees all 0/1  [5] most
-- Returns as read does. Bounded: the oldest of each queue, and the first due of the delayed.
local most = tonumber(ARGV[5])
local delayed_looked_at = 10000
local ids = {}
local function collect(list)
    for _, id in ipairs(list) do
        ids[#ids + 1] = id
    end
end
local lanes = redis.call('SMEMBERS', lanes_key)
local callers = ARGV[4] == '1' and redis.call('HKEYS', callers_key) or {ARGV[3]}
for _, caller in ipairs(callers) do
    collect(redis.call('SMEMBERS', running_key(caller)))
    for _, lane in ipairs(lanes) do
        collect(redis.call('ZRANGE', queue_key(lane, caller), 0, most - 1))
    end
end
for _, id in ipairs(redis.call('ZRANGE', delay_key, 0, delayed_looked_at - 1)) do
    if visible(id, ARGV[3], ARGV[4]) then
        ids[#ids + 1] = id
    end
end
table.sort(ids)
local found = {'ok'}
for i = 1, math.min(#ids, most) do
    found[#found + 1] = {ids[i], describe(ids[i])}
end
return found
