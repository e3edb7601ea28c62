-- register_callers: weight and limits of the configured callers, for submit and claim.
-- ARGV[3...] name, weight, most waiting, most running, submits in a period (0: any number), the
--     period in ms, …
-- Returns {'ok'}.
for i = 3, #ARGV, 6 do
    local name = ARGV[i]
    redis.call('HSET', callers_key, name,
        ARGV[i + 1] .. '|' .. ARGV[i + 2] .. '|' .. ARGV[i + 3])
    if ARGV[i + 4] == '0' then
        redis.call('HDEL', rates_key, name)
    else
        redis.call('HSET', rates_key, name, ARGV[i + 4] .. '|' .. ARGV[i + 5])
    end
end
return {'ok'}
