-- register_callers: weight and limits of the configured callers, for submit and claim.
-- ARGV[3...] name, weight, most waiting, most running, …
-- Returns {'ok'}.
for i = 3, #ARGV, 4 do
    redis.call('HSET', callers_key, ARGV[i],
        ARGV[i + 1] .. '|' .. ARGV[i + 2] .. '|' .. ARGV[i + 3])
end
return {'ok'}
