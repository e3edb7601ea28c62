-- progress: progress events of running tasks with a hook. Not part of the history.
-- ARGV[3...] id, attempt, nonce, percent, …
-- Returns {'ok'}. Stale tokens are passed over.
for i = 3, #ARGV, 4 do
    local id = ARGV[i]
    if holds(id, ARGV[i + 1], ARGV[i + 2]) then
        local sequence = redis.call('HINCRBY', task_key(id), 'e', 1)
        post(id, sequence, 'IN_PROGRESS', ARGV[i + 3] .. '%')
    end
end
return {'ok'}
