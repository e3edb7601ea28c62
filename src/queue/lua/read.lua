-- read: the tasks among the given ids that exist and are visible, in the order asked for.
-- ARGV[3] caller  [4] sees all 0/1  [5...] ids
-- Returns {'ok', {id, {hash, submission, view}}, …}.
local found = {'ok'}
for i = 5, #ARGV do
    if visible(ARGV[i], ARGV[3], ARGV[4]) then
        found[#found + 1] = {ARGV[i], describe(ARGV[i])}
    end
end
return found
