-- newest: the newest tasks, newest first; of everybody by merging the callers' indexes.
-- Returns as read does.
from = tonumber(from) or 0
before = tonumber(before) or math.huge
local callers = all == '1' and redis.call('HKEYS', keys.callers) or {caller}
local ids = {}
for _, one in ipairs(callers) do
    local mine = task_index.newest(one, from, before, tonumber(most))
    for _, id in ipairs(mine) do
        ids[#ids + 1] = id
    end
end
table.sort(ids, function(a, b) return a > b end)
local found = {'ok'}
for i = 1, math.min(#ids, tonumber(most)) do
    found[#found + 1] = {ids[i], tasks.describe(ids[i])}
end
return found
