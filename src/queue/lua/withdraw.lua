-- withdraw: takes back a submit whose caller was told "unavailable" although it had happened.
-- ARGV[3] caller  [4] mark of the submit  [5] ms since which it may have happened
--     [6] id that the submit gave, or ''  [7] its idempotency hash or ''
-- Returns {'ok', 'none' | 'withdrawn' | 'started'}. A task that no worker has touched, and that no
-- callback has told of, leaves no trace; one that was started is left alone (its call may be paid).
local caller = ARGV[3]
local id = find_marked(caller, ARGV[4], ARGV[6], ARGV[5])
if not id then
    return {'ok', 'none'}
end
local task = task_of(id)
local attempt = task.a or '0'
local told = task.hk == '1'
    and (redis.call('EXISTS', outbox_key(id)) == 0 or (task.on and task.on ~= ''))
if task.s == 'queued' and attempt == '0' then
    leave_lane(task)
elseif task.s ~= 'modal' and not (task.s == 'success' and attempt == '0' and not told) then
    return {'ok', 'started'}
end
redis.call('ZREM', modal_key, id)
redis.call('ZREM', done_key, id)
redis.call('ZREM', due_key(task.c), id)
redis.call('ZREM', old_due_key, id)
drop_from_index(caller, id)
redis.call('DEL', task_key(id), submission_key(id), view_key(id), calls_key(id), history_key(id),
    outbox_key(id))
if known_submit(caller, ARGV[7], '') == id then
    redis.call('DEL', idempotency_key(caller, ARGV[7]))
end
return {'ok', 'withdrawn'}
