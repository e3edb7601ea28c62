-- not_started: a call surely did not start, or was refused unpaid: its marker is void, its slot
-- free.
-- ARGV[3] id  [4] attempt  [5] nonce  [6] call index  [7] event text
--     [8] what it says about the key: none | cool | works  [9] at least ms  [10] disable ms or 0
--     [11] 1 if it counts against the backend
-- Returns {'ok'} (also when it was told before) or {'stale'}: then the key cools all the same, and
-- the place of a call whose task has ended meanwhile is free.
local id, index = ARGV[3], ARGV[6]
local task = task_of(id)
local held = holds(task, ARGV[4], ARGV[5])
local marker = markers_of(task)[index]
if not marker then
    return {'stale'}
end
if marker.state == 'not_started' and held then
    return {'ok'}
end
local shortest_ms, longest_ms = 5000, 60000

-- Refusals of calls that were under way when the key began to cool are one piece of news, not many;
-- none of them shortens the pause, or enables a key that is disabled.
local function cool_down(at_least, disable)
    local known_until, times, known_disabled = read_cooling(marker.slot)
    known_until, times = known_until or 0, times or 0
    local cools = known_until > now
    if not cools then
        times = times + 1
    end
    local pause = math.min(longest_ms, shortest_ms * 2 ^ math.min(times - 1, 10))
    if at_least > 0 then
        pause = at_least
    end
    if disable > 0 then
        pause = disable
    end
    local disabled = (disable > 0 or (cools and known_disabled == '1')) and 1 or 0
    cooling[marker.slot] =
        string.format('%.0f|%d|%d', math.max(known_until, now + pause), times, disabled)
    redis.call('HSET', cool_key, marker.slot, cooling[marker.slot])
end

if ARGV[8] == 'works' then
    key_works(marker)
elseif ARGV[8] == 'cool' then
    cool_down(tonumber(ARGV[9]), tonumber(ARGV[10]))
end
if marker.state ~= 'in_flight' or not (held or is_terminal(task.s)) then
    return {'stale'}
end
drop_place(marker.slot, id .. ':' .. index)
judge_backend(marker.slot, id .. ':' .. index,
    ARGV[11] == '1' and 'bad' or ARGV[8] == 'works' and 'good' or 'nothing')
release_hold(task, index, marker.slot)
marker.state = 'not_started'
write_marker(task, index, marker)
announce_room()
if held then
    if count_calls(task) == 0 then
        set(task, 's', 'leased')
    end
    extend_lease(task)
    add_event(task, ARGV[7])
end
write_back()
return {held and 'ok' or 'stale'}
