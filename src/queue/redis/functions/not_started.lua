-- not_started: a call surely did not start, or was refused unpaid: its marker is void, its slot
-- free.
-- Returns {'ok', times, ms} (also when it was told before) or {'stale'}: then the key cools all the
-- same, and the place of a call whose task has ended meanwhile is free. times: how often this task
-- found nothing at the backend's address; ms: when it may use its right to the next try, or -1.
local task = task_of(id)
local held = holds(task, attempt, nonce)
local marker = calls.markers(task)[index]
if not marker then
    return {'stale'}
end
local function told(times)
    return {'ok', times, route.right_in(marker.slot, task.lane, id)}
end
if marker.state == 'not_started' and held then
    return told((route.met(task, marker.slot)))
end
local shortest_ms, longest_ms = 5000, 60000
local markers_kept = 20 -- of calls that did not start

-- Refusals of calls that were under way when the key began to cool are one piece of news, not many;
-- none of them shortens the pause, or enables a key that is disabled.
local function cool_down(at_least, disable)
    local known_until, times, known_disabled = cooling.of(marker.slot)
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
    cooling.note(marker.slot, math.max(known_until, now + pause), times, disabled)
end

-- The same refusal again and again is told at first, and its markers are not kept for ever.
local function repeat_quietly()
    local last = backend_of(marker.slot) .. ': ' .. words
    if words == '' then
        return
    elseif redis.call('HGET', keys.task(id), task_field.last_words) == last then
        set(task, 'refusals', tonumber(task.refusals or '0') + 1)
    else
        set(task, 'last_words', last)
        if task.refusals then
            set(task, 'refusals', 0)
        end
    end
    local old = string.format('%d', index - markers_kept)
    if (calls.markers(task)[old] or {}).state == 'not_started' then
        redis.call('HDEL', keys.calls(id), call_field.marker .. old, call_field.price .. old)
    end
end

-- The upstream counts more pictures in progress than it takes: ours are limited to what it names,
-- else to what is in progress without this call, and the next that ends makes room. If it is not
-- ours that fill it, nothing of ours tells when there is room again, and the group rests; calls
-- that were out when the limit was lowered may be refused as well, and are no news.
local function learn_limit(told_limit)
    local group, configured = groups.of(marker.slot)
    local in_progress = groups.pictures(group)
    local most, since = groups.limit(group, configured)
    local limit = told_limit > 0 and told_limit or math.max(1, in_progress)
    local lowers = most == 0 or limit < most
    if lowers then
        groups.lower(group, limit)
    end
    if in_progress == 0 or not (lowers or (since and since >= marker.started)) then
        groups.rest(group)
    end
end

if verdict ~= 'works' then
    cooling.note_words(marker.slot, words)
end
if verdict == 'works' then
    cooling.key_works(marker)
elseif verdict == 'cool' then
    cool_down(tonumber(measure), tonumber(disable_ms))
end
if marker.state ~= 'in_flight' or not (held or is_terminal(task.state)) then
    return {'stale'}
end
places.drop(marker.slot, id .. ':' .. index)
if verdict == 'full' then
    learn_limit(tonumber(measure))
end
breakers.judge(marker.slot, id .. ':' .. index,
    backend_failed == '1' and 'bad' or verdict == 'works' and 'good' or 'nothing')
route.judge(marker.slot, task.lane, id .. ':' .. index,
    verdict == 'works' and 'good' or verdict == 'absent' and 'absent' or 'nothing', words)
local times = verdict == 'absent' and route.count(task, marker) or 0
budget.release(task, index, marker.slot)
marker.state = 'not_started'
calls.write_marker(task, index, marker)
announce_room()
if held then
    if calls.count(task) == 0 then
        set(task, 'state', 'leased')
    end
    tasks.extend_lease(task)
    if words == '' then
        add_event(task, 'unconfirmed', true)
    elseif verdict == 'works' then
        add_event(task, 'refused|' .. marker.slot .. '|' .. words, true)
    else
        add_event(task, 'not_started|' .. marker.slot .. '|' .. words, true)
    end
    repeat_quietly()
end
write_back()
return held and told(times) or {'stale'}
