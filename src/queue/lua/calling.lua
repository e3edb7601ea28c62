-- calling: the durable markers of paid calls, each written before its first byte leaves.
-- ARGV[3...] the calls, each:
--     [1] id  [2] attempt  [3] nonce  [4] call index  [5] slot  [6] slot limit
--     [7] first picture  [8] count  [9] timeout ms  [10] duration key
--     [11] price  [12] the backend's cap for a day  [13] the cap of all, in micros; 0: no cap
--     [14] ms for which the caller wants to deliver the event, or 0
-- Returns {'ok', verdicts}, a verdict being {'ok', expected ms} with, if the event is leased to the
-- caller, its nonce and sequence; or {'stale'}, {'no_slot', times}, {'too_late'}, {'over_budget'}:
-- then nothing was written for it. times: how often this task found nothing at the backend's
-- address, while its route is shut; else -1.
-- The slot is held until the answer or the call's deadline. A place that claim reserved is used up,
-- here or (when the call goes elsewhere) in vain; while its key cools it is worth nothing.
local function start_call(at)
    local id, index, slot = ARGV[at], ARGV[at + 3], ARGV[at + 4]
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
    local price = tonumber(ARGV[at + 10])
    local cap, total_cap = tonumber(ARGV[at + 11]), tonumber(ARGV[at + 12])
    if not within_budget(backend_of(slot), price, cap, total_cap) then
        return {'over_budget'}
    end
    if free_places(slot, tonumber(ARGV[at + 5]), task.l, id .. ':r') <= 0 then
        return {'no_slot', route.of(slot, task.l) and route.met(task, slot) or -1}
    end
    drop_reservation(task)
    local deadline = now + tonumber(ARGV[at + 8])
    take_place(slot, task.l, id .. ':' .. index, string.format('%.0f', deadline))
    write_marker(task, index, {
        state = 'in_flight', first = ARGV[at + 6], count = ARGV[at + 7], started = now,
        deadline = deadline, slot = slot
    })
    hold_price(task, index, slot, price)
    set(task, 's', 'calling')
    set(task, 'dk', ARGV[at + 9])
    extend_lease(task)
    local sequence = add_event(task, 'calling ' .. slot .. ', picture ' .. ARGV[at + 6]
        .. ' and on, ' .. ARGV[at + 7] .. ' in all', true)
    wish_event(task, ARGV[at + 13])
    if not task.k then
        set(task, 'k', stamp)
        set(task, 'x', duration_of(ARGV[at + 9]))
        post(task, sequence, 'IN_PROGRESS', '1%')
    end
    return {'ok', tonumber(task.x or '0'), leased_event(task)}
end

return answer_each(14, start_call)
