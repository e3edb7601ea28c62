-- turn: operators' switches. Each change is told in the list of actions; one that changes nothing
-- is not, so that whoever repeats it after a lost answer is not told twice.
-- ARGV[3] who  [4...] changes: switch, then '' (off), 'paused', or a limit
-- Returns {'ok', {switch, value, …}}, all of them as they stand afterwards.
local resumed = false
for i = 4, #ARGV, 2 do
    local name, wanted = ARGV[i], ARGV[i + 1]
    local before = switch(name) or ''
    if before ~= '' and not string.match(name, '^limit:') then
        before = 'paused'
    end
    if before ~= wanted then
        if wanted == '' then
            redis.call('HDEL', off_key, name)
        else
            redis.call('HSET', off_key, name, wanted == 'paused' and stamp or wanted)
        end
        tell_action(ARGV[3], name, before, wanted)
        resumed = resumed or wanted ~= 'paused'
    end
end
if resumed then
    announce_room()
end
write_back()
return {'ok', redis.call('HGETALL', off_key)}
