-- links: the secret that signs the addresses of pictures, and since when it does.
-- ARGV[3] what is to be the secret if there is none yet; '' only asks
-- Returns {'ok', secret or '', since in ms or '0'}. Once there, neither changes.
local key = base .. 'links'
local held = redis.call('HMGET', key, 'secret', 'since')
if not held[1] and ARGV[3] ~= '' then
    redis.call('HSET', key, 'secret', ARGV[3], 'since', stamp)
    held = {ARGV[3], stamp}
end
return {'ok', held[1] or '', held[2] or '0'}
