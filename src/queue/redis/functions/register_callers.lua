-- register_callers: weight and limits of the configured callers, for submit and claim.
-- Returns {'ok'}.
each.register_callers(function(caller, weight, most_waiting, most_running, most_submits, period_ms)
    redis.call('HSET', keys.callers, caller,
        weight .. '|' .. most_waiting .. '|' .. most_running)
    if most_submits == '0' then
        redis.call('HDEL', keys.rates, caller)
    else
        redis.call('HSET', keys.rates, caller, most_submits .. '|' .. period_ms)
    end
end)
return {'ok'}
