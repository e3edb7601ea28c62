-- calling: the durable markers of paid calls, each written before its first byte leaves.
-- Returns {'ok', verdicts}, a verdict being {'ok', expected ms} with, if the event is leased to the
-- caller, its nonce and sequence; or {'stale'}, {'no_slot', times}, {'too_late'}, {'over_budget'},
-- or {'split', most}: it asks for more pictures than may be in progress. Then nothing was written
-- for it. times: how often this task found nothing at the backend's address, while its route is
-- shut; else -1.
-- Places are held until the answer or the call's deadline. A place that claim reserved is used up,
-- here or (when the call goes elsewhere) in vain; while its key cools it is worth nothing.
local function start_call(id, attempt, nonce, index, slot_text, first_picture, count, timeout_ms,
    duration_key, cost_micros, backend_cap, total_cap, event_ms)
    local slot, asks = slot_of(slot_text), tonumber(count)
    local task = task_of(id)
    if not holds(task, attempt, nonce) then
        return {'stale'}
    end
    if now > tonumber(task.deadline) then
        return {'too_late'}
    end
    if calls.markers(task)[index] then
        return {'stale'}
    end
    local most = groups.limit(slot.group, slot.pictures)
    if most > 0 and asks > most then
        return {'split', most}
    end
    local price = tonumber(cost_micros)
    if not budget.allows(backend_of(slot.name), price, tonumber(backend_cap),
        tonumber(total_cap)) then
        return {'over_budget'}
    end
    -- A task that was claimed has had its turn; for a further call it waits behind larger ones.
    local reserved = task.reserved_slot and task.reserved_slot ~= ''
    local waits = not reserved and groups.waiting(slot.group) or nil
    if places.free(slot, task.lane, asks, id .. ':r', waits) <= 0 then
        return {'no_slot', route.of(slot.name, task.lane) and route.met(task, slot.name) or -1}
    end
    if groups.reserved(slot.group, id) > asks then
        announce_room()
    end
    tasks.drop_reservation(task)
    local deadline = now + tonumber(timeout_ms)
    places.take(slot.name, task.lane, id .. ':' .. index, string.format('%.0f', deadline), asks)
    calls.write_marker(task, index, {
        state = 'in_flight', first = first_picture, count = count, started = now,
        deadline = deadline, slot = slot.name
    })
    budget.hold(task, index, slot.name, price)
    set(task, 'state', 'calling')
    set(task, 'duration_key', duration_key)
    tasks.extend_lease(task)
    local sequence = add_event(task, 'called|' .. slot.name .. '|' .. first_picture .. '|'
        .. count, true)
    outbox.wish(task, event_ms)
    if not task.called then
        set(task, 'called', stamp)
        set(task, 'expected', durations.of(duration_key))
        outbox.post(task, sequence, 'IN_PROGRESS', '1%')
    end
    return {'ok', tonumber(task.expected or '0'), outbox.leased(task)}
end

return answer_each(each.calling, start_call)
