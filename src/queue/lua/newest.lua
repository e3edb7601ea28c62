-- newest: the newest tasks, newest first; of everybody by merging the callers' indexes.
-- ARGV[3] caller  [4] sees all 0/1  [5] most  [6] oldest id wanted or ''
--     [7] only before this id, or ''
-- Returns as read does.
local from = tonumber(ARGV[6]) or 0
local before = tonumber(ARGV[7]) or math.huge
local callers = ARGV[4] == '1' and redis.call('HKEYS', callers_key) or {ARGV[3]}
local ids = {}
for _, caller in ipairs(callers) do
    local mine = newest_of(caller, from, before, tonumber(ARGV[5]))
    for _, id in ipairs(mine) do
        ids[#ids + 1] = id
    end
end
table.sort(ids, function(a, b) return a > b end)
local found = {'ok'}
for i = 1, math.min(#ids, tonumber(ARGV[5])) do
    found[#found + 1] = {ids[i], describe(ids[i])}
end
return found
