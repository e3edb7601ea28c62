-- submit_modal: a task that waited for its modal gets its final submission and a place in the
-- queue, under the same id. Its deadline starts now.
-- Returns as submit does, or {'missing'} or {'conflict'} (it is not modal any more). A hook that
-- the first submit named stays.
if not visible(id, caller, all) then
    return {'missing'}
end

-- Immediate if a worker has room and one of the slots a place that no task ahead will take.
local function answer(word, ahead)
    local slots = {}
    for i = first_of.submit_modal, #values do
        slots[#slots + 1] = slot_of(values[i])
    end
    local immediate = submits.worker_room() > ahead and submits.free_calls(slots, lane) > ahead
    return {word, id, immediate and 1 or 0, ahead}
end

local function refuse(owner, ahead)
    if switch('intake') then
        return 'intake_paused'
    elseif ahead >= tonumber(queue_limit) then
        return 'queue_full'
    end
    local _, most = queues.limits_of(owner)
    return most > 0 and submits.waiting_of(owner) >= most and 'caller_full'
end

local task = task_of(id)
if redis.call('HGET', keys.task(id), task_field.mark) == mark then
    return answer('ok', math.max(0, redis.call('ZCARD', keys.waiting) - 1))
end
local known, other_body = submits.known(caller, hash, fingerprint)
if known then
    if other_body or known ~= id then
        return {'key_reused'}
    end
    return answer('replayed', redis.call('ZCARD', keys.waiting))
end
if task.state ~= 'modal' then
    return {'conflict'}
end
local ahead = redis.call('ZCARD', keys.waiting)
local refused = refuse(task.caller, ahead)
if refused then
    return {refused}
end
redis.call('ZREM', keys.modal, id)
redis.call('SET', keys.submission(id), submission)
set(task, 'lane', lane)
set(task, 'deadline', moment(tonumber(timeout_ms)))
set(task, 'mark', mark)
if hook == '1' then
    set(task, 'hook', '1')
end
submits.remember(caller, hash, fingerprint, id)
add_event(task, event)
queues.enter(task, lane)
write_back()
return answer('ok', ahead)
