-- progress: progress events of running tasks with a hook. Not part of the history.
-- Returns {'ok'}. Stale tokens are passed over.
each.progress(function(id, attempt, nonce, percent)
    local task = task_of(id)
    if holds(task, attempt, nonce) then
        outbox.post(task, next_sequence(task), 'IN_PROGRESS', percent .. '%')
    end
end)
write_back()
return {'ok'}
