-- The calls of a task, in the hash c:<id>. A marker as text:
-- "<state>|<first picture>|<count>|<started>|<deadline>|<slot>".

local calls = {}

-- Writes a field of the calls.
function calls.mark(task, field, value)
    task.marked = task.marked or {}
    local marked = task.marked
    marked[#marked + 1] = field
    marked[#marked + 1] = value
end

function calls.parse_marker(text)
    local state, first, count, started, deadline, slot =
        string.match(text, '^([a-z_]+)|(%d+)|(%d+)|(%d+)|(%d+)|(.*)$')
    return {
        state = state, first = first, count = count, started = tonumber(started),
        deadline = tonumber(deadline), slot = slot
    }
end

-- Markers and held prices of a task, by index.
function calls.parse(flat)
    local found = {markers = {}, prices = {}}
    for i = 1, #flat, 2 do
        local kind, index = string.match(flat[i], '^(%a)(%d+)$')
        if kind == call_field.marker then
            found.markers[index] = calls.parse_marker(flat[i + 1])
        elseif kind == call_field.price then
            found.prices[index] = flat[i + 1]
        end
    end
    return found
end

-- Of a task. One that never had a call has no time of one.
function calls.of(task)
    if not task.calls then
        task.calls = calls.parse(task.called and redis.call('HGETALL', keys.calls(task.id)) or {})
    end
    return task.calls
end

function calls.markers(task) return calls.of(task).markers end

function calls.write_marker(task, index, marker)
    calls.markers(task)[index] = marker
    calls.mark(task, call_field.marker .. index, string.format(
        '%s|%s|%s|%.0f|%.0f|%s', marker.state, marker.first, marker.count, marker.started,
        marker.deadline, marker.slot
    ))
end

-- How many calls are in flight, answered and of unknown outcome, and the latest deadline of those
-- in flight.
function calls.count(task)
    local in_flight, answered, deadline, unknown = 0, 0, 0, 0
    for _, marker in pairs(calls.markers(task)) do
        if marker.state == 'in_flight' then
            in_flight = in_flight + 1
            deadline = math.max(deadline, marker.deadline)
        elseif marker.state == 'answered' then
            answered = answered + 1
        elseif marker.state == 'lost' or marker.state == 'repeated' then
            unknown = unknown + 1
        end
    end
    return in_flight, answered, deadline, unknown
end
