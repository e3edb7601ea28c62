-- links: the secret that signs the addresses of pictures, and since when it does.
-- Returns {'ok', secret or '', since in ms or '0'}. Once there, neither changes.
local held = redis.call('HMGET', keys.links, 'secret', 'since')
if not held[1] and drawn ~= '' then
    redis.call('HSET', keys.links, 'secret', drawn, 'since', stamp)
    held = {drawn, stamp}
end
return {'ok', held[1] or '', held[2] or '0'}
