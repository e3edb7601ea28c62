-- calling: the durable markers of paid calls, each written before its first byte leaves.
-- ARGV[3...] the calls, each:
--     [1] id  [2] attempt  [3] nonce  [4] call index  [5] slot (slot_of)
--     [6] first picture  [7] count  [8] timeout ms  [9] duration key
--     [10] price  [11] the backend's cap for a day  [12] the cap of all, in micros; 0: no cap
--     [13] ms for which the caller wants to deliver the event, or 0
-- Returns {'ok', verdicts}, a verdict being {'ok', expected ms} with, if the event is leased to the
-- caller, its nonce and sequence; or {'stale'}, {'no_slot', times}, {'too_late'}, {'over_budget'},
-- or {'split', most}: it asks for more pictures than may be in progress. Then nothing was written
-- for it. times: how often this task found nothing at the backend's address, while its route is
-- shut; else -1.
-- Places are held until the answer or the call's deadline. A place that claim reserved is used up,
-- here or (when the call goes elsewhere) in vain; while its key cools it is worth nothing.
local function start_call(at)
    local id, index, slot = ARGV[at], ARGV[at + 3], slot_of(ARGV[at + 4])
    local count = tonumber(ARGV[at + 6])
    local task = task_of(id)
    if not holds(task, ARGV[at + 1], ARGV[at + 2]) then
        return {'stale'}
    end
    if now > tonumber(task.d) then
        return {'too_late'}
    end
    if markers_of(task)[index] then
        return {'stale'}
    end
    local most = groups.limit(slot.group, slot.pictures)
    if most > 0 and count > most then
        return {'split', most}
    end
    local price = tonumber(ARGV[at + 9])
    local cap, total_cap = tonumber(ARGV[at + 10]), tonumber(ARGV[at + 11])
    if not within_budget(backend_of(slot.name), price, cap, total_cap) then
        return {'over_budget'}
    end
    -- A task that was claimed has had its turn; for a further call it waits behind larger ones.
    local reserved = task.sl and task.sl ~= ''
    local waits = not reserved and groups.waiting(slot.group) or nil
    if free_places(slot, task.l, count, id .. ':r', waits) <= 0 then
        return {'no_slot', route.of(slot.name, task.l) and route.met(task, slot.name) or -1}
    end
    if groups.reserved(slot.group, id) > count then
        announce_room()
    end
    drop_reservation(task)
    local deadline = now + tonumber(ARGV[at + 7])
    take_place(slot.name, task.l, id .. ':' .. index, string.format('%.0f', deadline), count)
    write_marker(task, index, {
        state = 'in_flight', first = ARGV[at + 5], count = ARGV[at + 6], started = now,
        deadline = deadline, slot = slot.name
    })
    hold_price(task, index, slot.name, price)
    set(task, 's', 'calling')
    set(task, 'dk', ARGV[at + 8])
    extend_lease(task)
    local sequence = add_event(task, 'called|' .. slot.name .. '|' .. ARGV[at + 5] .. '|'
        .. ARGV[at + 6], true)
    wish_event(task, ARGV[at + 12])
    if not task.k then
        set(task, 'k', stamp)
        set(task, 'x', duration_of(ARGV[at + 8]))
        post(task, sequence, 'IN_PROGRESS', '1%')
    end
    return {'ok', tonumber(task.x or '0'), leased_event(task)}
end

return answer_each(13, start_call)
