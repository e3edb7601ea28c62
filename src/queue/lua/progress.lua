-- progress: progress events of running tasks with a hook. Not part of the history.
-- ARGV[3...] id, attempt, nonce, percent, …
-- Returns {'ok'}. Stale tokens are passed over.
for i = 3, #ARGV, 4 do
    local task = task_of(ARGV[i])
    if holds(task, ARGV[i + 1], ARGV[i + 2]) then
        post(task, next_sequence(task), 'IN_PROGRESS', ARGV[i + 3] .. '%')
    end
end
write_back()
return {'ok'}
