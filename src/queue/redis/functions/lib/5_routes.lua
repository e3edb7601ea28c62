-- A route is an operation at a backend's address ("camel-1/edit"). Where the upstream answers as
-- if nothing of the kind were there (a redirect, 404, 405, 410), the address is wrong and calling
-- again is of no use: the route is shut for 1 s, 10 s, then 60 s each time, for all keys and
-- processes. The task that met the first such answer has the right to the next two tries, so that
-- it learns what becomes of it; after them one real task at a time tries. Any answer opens it.
local route = {}
do
    local rests = {1000, 10000, 60000}
    local right_ms = 5000 -- whoever does not use its right by then has lost it
    local known
    at_start(function() known = {} end)

    -- Its state as in the hash: '<until>|<times>|<who may try, or tries>|<to when>|<words>'; nil
    -- while it is open.
    function route.of(slot, lane)
        local name = backend_of(slot) .. '/' .. string.match(lane, '^[^/]*')
        local state = known[name]
        if state == nil then
            local text = redis.call('HGET', keys.routes, name)
            state = false
            if text then
                local until_ms, times, who, to, words =
                    string.match(text, '^(%d+)|(%d+)|([^|]*)|(%d+)|(.*)$')
                state = {
                    name = name, until_ms = tonumber(until_ms), times = tonumber(times), who = who,
                    to = tonumber(to), words = words
                }
            end
            known[name] = state
        end
        return state or nil, name
    end

    local function write(state)
        known[state.name] = state
        redis.call('HSET', keys.routes, state.name, string.format(
            '%.0f|%d|%s|%.0f|%s', state.until_ms, state.times, state.who, state.to, state.words
        ))
    end

    -- How many more calls it lets through: nil while it is open (no limit of its own), else 0 or 1.
    -- `mine` is the member that asks.
    function route.gate(slot, lane, mine)
        local state = route.of(slot, lane)
        if not state then
            return nil
        elseif state.until_ms > now then
            return 0
        end
        local taken = state.who ~= '' and state.to >= now and state.who ~= mine
            and state.who ~= string.match(mine or '', '^%d+')
        return taken and 0 or 1
    end

    function route.note_trial(slot, lane, member, until_ms)
        local state = route.of(slot, lane)
        if state then
            state.who, state.to = member, tonumber(until_ms)
            write(state)
        end
    end

    -- What the end of a call (or of a reservation) says: 'absent', 'good' or 'nothing'. While it is
    -- shut, "absent" is news only from the one that tries: the others began before.
    function route.judge(slot, lane, member, verdict, words)
        local state, name = route.of(slot, lane)
        local tried = state and state.who == member
        if verdict == 'good' then
            if state then
                redis.call('HDEL', keys.routes, name)
                known[name] = false
            end
        elseif verdict == 'absent' and (tried or not state) then
            local times = state and state.times + 1 or 1
            local until_ms = now + rests[math.min(times, #rests)]
            write({
                name = name, until_ms = until_ms, times = times, words = words,
                who = times < #rests and string.match(member, '^%d+') or '',
                to = until_ms + right_ms
            })
        elseif tried then
            state.who = ''
            write(state)
        end
    end

    -- In how many ms the task may use its right to the next try; -1 without one.
    function route.right_in(slot, lane, id)
        local state = route.of(slot, lane)
        return state and state.who == id and math.max(0, state.until_ms - now) or -1
    end

    -- How often the task itself met such an answer at the backend. Calls side by side are one.
    function route.met(task, slot)
        local field = call_field.absences .. backend_of(slot)
        local text = redis.call('HGET', keys.calls(task.id), field)
        local times, last = string.match(text or '0|0', '^(%d+)|(%d+)$')
        return tonumber(times), tonumber(last)
    end

    function route.count(task, marker)
        local times, last = route.met(task, marker.slot)
        if marker.started > last then
            times = times + 1
            calls.mark(task, call_field.absences .. backend_of(marker.slot), times .. '|' .. stamp)
        end
        return times
    end
end
