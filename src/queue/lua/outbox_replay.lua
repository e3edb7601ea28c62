-- outbox_replay: the terminal event of an ended task is due again, under its old event id.
-- ARGV[3] id  [4] the operator who wants it, or ''
-- Returns {'ok'}, {'missing'} or {'conflict'} (not ended, no hook, or still owed).
local id = ARGV[3]
local task = redis.call('HMGET', task_key(id), 's', 'hk', 'es', 'c')
if not task[1] then
    return {'missing'}
end
if not is_terminal(task[1]) or not task[2] or due_at(id, task[4]) then
    return {'conflict'}
end
local dead = redis.call('ZREM', dead_key, id) == 1
if ARGV[4] ~= '' then
    tell_action(ARGV[4], 'callback:' .. id, dead and 'dead' or 'settled', 'due')
end
redis.call('HSET', task_key(id), 'oa', 0, 'on', '')
redis.call('RPUSH', outbox_key(id),
    task[3] .. '|' .. (task[1] == 'success' and 'SUCCESS' or 'FAILURE') .. '|100%')
make_due(id, task[4], stamp)
hint('c')
write_back()
return {'ok'}
