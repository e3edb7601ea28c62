-- resubmit: a new task that asks for the same as an ended one, and begins with answers that were
-- paid for that one: they are neither asked for nor booked again.
-- ARGV[3] id of the ended one  [4] lane, 'storing' when nothing is left to ask for  [5] class
--     [6] task timeout ms  [7] queue limit  [8] event text  [9...] indices of the paid calls
-- Returns {'ok', new id}, or {'missing'}, {'conflict'} (it has not ended, or has no such answer),
-- {'intake_paused'}, {'queue_full'}: then nothing was created.
local old, lane = task_of(ARGV[3]), ARGV[4]
if not old.s then
    return {'missing'}
end
local submission = redis.call('GET', submission_key(old.id))
if not is_terminal(old.s) or not submission then
    return {'conflict'}
end
if switch('intake') then
    return {'intake_paused'}
end
if lane ~= 'storing' and redis.call('ZCARD', waiting_key) >= tonumber(ARGV[7]) then
    return {'queue_full'}
end
local paid = {}
for i = 9, #ARGV do
    local marker, answer = 'm' .. ARGV[i], 'a' .. ARGV[i]
    local got = redis.call('HMGET', calls_key(old.id), marker, answer)
    if not got[1] or not got[2] or parse_marker(got[1]).state ~= 'answered' then
        return {'conflict'}
    end
    for _, value in ipairs({marker, got[1], answer, got[2]}) do
        paid[#paid + 1] = value
    end
end
local id = string.format('%d', draw_ids(1))
local task = know({
    id = id, c = old.c, l = ARGV[5], hk = old.hk, s = false, changes = {}, events = {},
    stepped = false, calls = false, marked = false
})
set(task, 'c', old.c)
set(task, 'l', ARGV[5])
set(task, 'd', moment(tonumber(ARGV[6])))
if old.hk then
    set(task, 'hk', old.hk)
end
if #paid > 0 then
    set(task, 'k', old.k) -- links live from then on
    redis.call('HSET', calls_key(id), unpack(paid))
end
redis.call('SET', submission_key(id), submission)
redis.call('HSETNX', callers_key, old.c, '1|0|0')
add_to_index(old.c, id, true)
add_event(task, ARGV[8])
enter_lane(task, lane)
write_back()
return {'ok', id}
