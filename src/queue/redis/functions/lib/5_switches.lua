-- What operators have turned off or down (set_switches.lua). The hash is read whole, at most once a
-- script; mostly there is none. Its fields: intake and dispatch, since when they are paused;
-- pause:<name> and limit:<name> of a backend or of one of its slots.
local switch, operators_limits, tell_action
do
    local switched
    at_start(function() switched = nil end)
    local function all_switches()
        if not switched then
            switched = {}
            local flat = redis.call('HGETALL', keys.switches)
            for i = 1, #flat, 2 do
                switched[flat[i]] = flat[i + 1]
            end
        end
        return switched
    end

    function switch(field) return all_switches()[field] end

    -- The limits of calls at a slot and in its group: configured they are one. 0 while it is
    -- paused. A slot's own limit bounds that slot, and where it is the higher one its group as
    -- well.
    function operators_limits(slot, limit)
        if not next(all_switches()) then
            return limit, limit
        end
        local backend = backend_of(slot)
        if switch('pause:' .. backend) or switch('pause:' .. slot) then
            return 0, 0
        end
        limit = tonumber(switch('limit:' .. backend) or limit)
        local own = tonumber(switch('limit:' .. slot) or limit)
        return own, math.max(own, limit)
    end

    -- The list of what operators did: '<ms>|<what>|<before>|<after>|<who>', newest first.
    local activity_kept = 500
    function tell_action(who, what, before, after)
        redis.call('LPUSH', keys.activity,
            stamp .. '|' .. what .. '|' .. before .. '|' .. after .. '|' .. who)
        redis.call('LTRIM', keys.activity, 0, activity_kept - 1)
    end
end
