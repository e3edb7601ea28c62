-- unfinished: running and waiting tasks, oldest first; delayed ones and those to be stored
-- included.
-- Returns as read does. Bounded: the oldest of each queue, and the first due of the delayed.
most = tonumber(most)
local delayed_looked_at = 10000
local ids = {}
local function collect(list)
    for _, id in ipairs(list) do
        ids[#ids + 1] = id
    end
end
local lanes = redis.call('SMEMBERS', keys.lanes)
local callers = all == '1' and redis.call('HKEYS', keys.callers) or {caller}
for _, one in ipairs(callers) do
    collect(redis.call('SMEMBERS', keys.running(one)))
    for _, lane in ipairs(lanes) do
        collect(redis.call('ZRANGE', keys.queue(lane, one), 0, most - 1))
    end
end
for _, id in ipairs(redis.call('ZRANGE', keys.delay, 0, delayed_looked_at - 1)) do
    if visible(id, caller, all) then
        ids[#ids + 1] = id
    end
end
table.sort(ids)
local found = {'ok'}
for i = 1, math.min(#ids, most) do
    found[#found + 1] = {ids[i], tasks.describe(ids[i])}
end
return found
