-- not_started: a call surely did not start, or was refused unpaid: its marker is void, its slot
-- free.
-- ARGV[3] id  [4] attempt  [5] nonce  [6] call index
--     [7] what it says: none | cool | works, of the key; absent, of the address; full, of its group
--     [8] cool: at least ms; full: the limit that the upstream names, or 0  [9] disable ms or 0
--    [10] 1 if it counts against the backend
--    [11] the upstream's words; '': the marker was not confirmed in time
-- Returns {'ok', times, ms} (also when it was told before) or {'stale'}: then the key cools all the
-- same, and the place of a call whose task has ended meanwhile is free. times: how often this task
-- found nothing at the backend's address; ms: when it may use its right to the next try, or -1.
local id, index = ARGV[3], ARGV[6]
local task = task_of(id)
local held = holds(task, ARGV[4], ARGV[5])
local marker = markers_of(task)[index]
if not marker then
    return {'stale'}
end
local words = ARGV[11]
local function told(times)
    return {'ok', times, route.right_in(marker.slot, task.l, id)}
end
if marker.state == 'not_started' and held then
    return told((route.met(task, marker.slot)))
end
local shortest_ms, longest_ms = 5000, 60000
local markers_kept = 20 -- of calls that did not start

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

-- The same refusal again and again is told at first, and its markers are not kept for ever.
local function repeat_quietly()
    local last = backend_of(marker.slot) .. ': ' .. words
    if words == '' then
        return
    elseif redis.call('HGET', task_key(id), 'lw') == last then
        set(task, 'rq', tonumber(task.rq or '0') + 1)
    else
        set(task, 'lw', last)
        if task.rq then
            set(task, 'rq', 0)
        end
    end
    local old = string.format('%d', index - markers_kept)
    if (markers_of(task)[old] or {}).state == 'not_started' then
        redis.call('HDEL', calls_key(id), 'm' .. old, 'r' .. old)
    end
end

-- The upstream counts more pictures in progress than it takes: ours are limited to what it names,
-- else to what is in progress without this call, and the next that ends makes room. If it is not
-- ours that fill it, nothing of ours tells when there is room again, and the group rests; calls
-- that were out when the limit was lowered may be refused as well, and are no news.
local function learn_limit(named)
    local group, configured = groups.of(marker.slot)
    local held = groups.pictures(group)
    local most, since = groups.limit(group, configured)
    local limit = named > 0 and named or math.max(1, held)
    local lowers = most == 0 or limit < most
    if lowers then
        groups.lower(group, limit)
    end
    if held == 0 or not (lowers or (since and since >= marker.started)) then
        groups.rest(group)
    end
end

if ARGV[7] ~= 'works' then
    note_words(marker.slot, words)
end
if ARGV[7] == 'works' then
    key_works(marker)
elseif ARGV[7] == 'cool' then
    cool_down(tonumber(ARGV[8]), tonumber(ARGV[9]))
end
if marker.state ~= 'in_flight' or not (held or is_terminal(task.s)) then
    return {'stale'}
end
drop_place(marker.slot, id .. ':' .. index)
if ARGV[7] == 'full' then
    learn_limit(tonumber(ARGV[8]))
end
judge_backend(marker.slot, id .. ':' .. index,
    ARGV[10] == '1' and 'bad' or ARGV[7] == 'works' and 'good' or 'nothing')
route.judge(marker.slot, task.l, id .. ':' .. index,
    ARGV[7] == 'works' and 'good' or ARGV[7] == 'absent' and 'absent' or 'nothing', words)
local times = ARGV[7] == 'absent' and route.count(task, marker) or 0
release_hold(task, index, marker.slot)
marker.state = 'not_started'
write_marker(task, index, marker)
announce_room()
if held then
    if count_calls(task) == 0 then
        set(task, 's', 'leased')
    end
    extend_lease(task)
    if words == '' then
        add_event(task, 'unconfirmed', true)
    elseif ARGV[7] == 'works' then
        add_event(task, 'refused|' .. marker.slot .. '|' .. words, true)
    else
        add_event(task, 'not_started|' .. marker.slot .. '|' .. words, true)
    end
    repeat_quietly()
end
write_back()
return held and told(times) or {'stale'}
