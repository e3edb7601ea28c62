-- The calls of a task, in the hash c:<id>. A marker as text:
-- "<state>|<first picture>|<count>|<started>|<deadline>|<slot>".

-- Writes a field of the calls.
local function mark(task, field, value)
    task.marked = task.marked or {}
    local marked = task.marked
    marked[#marked + 1] = field
    marked[#marked + 1] = value
end

local function parse_marker(text)
    local state, first, count, started, deadline, slot =
        string.match(text, '^([a-z_]+)|(%d+)|(%d+)|(%d+)|(%d+)|(.*)$')
    return {
        state = state, first = first, count = count, started = tonumber(started),
        deadline = tonumber(deadline), slot = slot
    }
end

-- Markers and held prices of a task, by index.
local function parse_calls(flat)
    local found = {m = {}, r = {}}
    for i = 1, #flat, 2 do
        local kind, index = string.match(flat[i], '^([mr])(%d+)$')
        if kind then
            found[kind][index] = kind == 'm' and parse_marker(flat[i + 1]) or flat[i + 1]
        end
    end
    return found
end

-- Of a task. One that never had a call has no time `k` of one.
local function calls_of(task)
    if not task.calls then
        task.calls = parse_calls(task.k and redis.call('HGETALL', calls_key(task.id)) or {})
    end
    return task.calls
end

local function markers_of(task) return calls_of(task).m end

local function write_marker(task, index, marker)
    markers_of(task)[index] = marker
    mark(task, 'm' .. index, string.format(
        '%s|%s|%s|%.0f|%.0f|%s', marker.state, marker.first, marker.count, marker.started,
        marker.deadline, marker.slot
    ))
end

-- How many calls are in flight, answered and of unknown outcome, and the latest deadline of those
-- in flight.
local function count_calls(task)
    local in_flight, answered, deadline, unknown = 0, 0, 0, 0
    for _, marker in pairs(markers_of(task)) do
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
