-- outbox_failed: a delivery failed. A newer event takes its place at once; else it is tried again
-- after the delay; without a delay it is given up, and a terminal event becomes a dead letter.
-- ARGV[3] id  [4] nonce  [5] delay ms or ''  [6] note for the history
-- Returns {'ok'} or {'stale'}.
local id = ARGV[3]
local task = task_of(id)
if ARGV[4] == '' or task.on ~= ARGV[4] then
    return {'stale'}
end
set(task, 'on', '')
add_event(task, ARGV[6])
if redis.call('LLEN', outbox_key(id)) > 1 then
    redis.call('LPOP', outbox_key(id))
    set(task, 'oa', '0')
    make_due(id, task.c, stamp)
    hint('c')
elseif ARGV[5] ~= '' then
    set(task, 'oa', tonumber(task.oa or '0') + 1)
    make_due(id, task.c, moment(tonumber(ARGV[5])))
else
    local status = status_of(redis.call('LPOP', outbox_key(id)) or '')
    set(task, 'oa', '0')
    owe_nothing(id, task.c)
    if status == 'SUCCESS' or status == 'FAILURE' then
        redis.call('ZADD', dead_key, now, id)
        add_event(task, 'callback_given_up|' .. status)
    end
end
write_back()
return {'ok'}
