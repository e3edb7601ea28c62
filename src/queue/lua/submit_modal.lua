-- submit_modal: a task that waited for its modal gets its final submission and a place in the
-- queue, under the same id. Its deadline starts now.
-- ARGV[3] id  [4] caller  [5] sees all 0/1  [6] lane  [7] submission  [8] has hook 0/1
--     [9] task timeout  [10] queue limit  [11] idempotency hash or ''  [12] fingerprint
--    [13] mark: random, to find this very write again  [14] event text
--    [15...] slots that could serve it (slot_of)
-- Returns as submit does, or {'missing'} or {'conflict'} (it is not modal any more). A hook that
-- the first submit named stays.
local id, caller = ARGV[3], ARGV[4]
local key = task_key(id)
if not visible(id, caller, ARGV[5]) then
    return {'missing'}
end

-- Immediate if a worker has room and one of the slots a place that no task ahead will take.
local function answer(word, ahead)
    local slots = {}
    for i = 15, #ARGV do
        slots[#slots + 1] = slot_of(ARGV[i])
    end
    local immediate = worker_room() > ahead and free_calls(slots, ARGV[6]) > ahead
    return {word, id, immediate and 1 or 0, ahead}
end

local function refuse(owner, ahead)
    if switch('intake') then
        return 'intake_paused'
    elseif ahead >= tonumber(ARGV[10]) then
        return 'queue_full'
    end
    local _, most = read_caller(owner)
    return most > 0 and waiting_of(owner) >= most and 'caller_full'
end

local task = task_of(id)
if redis.call('HGET', key, 'm') == ARGV[13] then
    return answer('ok', math.max(0, redis.call('ZCARD', waiting_key) - 1))
end
local known, other_body = known_submit(caller, ARGV[11], ARGV[12])
if known then
    if other_body or known ~= id then
        return {'key_reused'}
    end
    return answer('replayed', redis.call('ZCARD', waiting_key))
end
if task.s ~= 'modal' then
    return {'conflict'}
end
local ahead = redis.call('ZCARD', waiting_key)
local refused = refuse(task.c, ahead)
if refused then
    return {refused}
end
redis.call('ZREM', modal_key, id)
redis.call('SET', submission_key(id), ARGV[7])
set(task, 'l', ARGV[6])
set(task, 'd', moment(tonumber(ARGV[9])))
set(task, 'm', ARGV[13])
if ARGV[8] == '1' then
    set(task, 'hk', '1')
end
remember_submit(caller, ARGV[11], ARGV[12], id)
add_event(task, ARGV[14])
enter_lane(task, ARGV[6])
write_back()
return answer('ok', ahead)
