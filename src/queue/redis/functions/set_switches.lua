-- set_switches: operators' switches. Each change is told in the list of actions; one that changes
-- nothing is not, so that whoever repeats it after a lost answer is not told twice.
-- Returns {'ok', {switch, value, …}}, all of them as they stand afterwards.
local resumed = false
each.set_switches(function(switch_name, wanted)
    local before = switch(switch_name) or ''
    if before ~= '' and not string.match(switch_name, '^limit:') then
        before = 'paused'
    end
    if before ~= wanted then
        if wanted == '' then
            redis.call('HDEL', keys.switches, switch_name)
        else
            redis.call('HSET', keys.switches, switch_name, wanted == 'paused' and stamp or wanted)
        end
        tell_action(who, switch_name, before, wanted)
        resumed = resumed or wanted ~= 'paused'
    end
end)
if resumed then
    announce_room()
end
write_back()
return {'ok', redis.call('HGETALL', keys.switches)}
