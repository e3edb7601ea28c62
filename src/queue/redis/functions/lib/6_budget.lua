-- What a day (UTC) may cost. A call's price is held from its marker until its end is known, so
-- calls side by side cannot overshoot together; what is held for a call that nobody heard of again
-- stays held, because it may have been billed.
local budget = {}
do
    function budget.day(time) return string.format('%.0f', math.floor(time / 86400000)) end

    local spend_kept_seconds = 40 * 86400

    -- What a script adds to the sums: key -> backend -> micros, written at its end.
    local sums
    at_start(function() sums = {} end)

    local function write_sums()
        for key, backends in pairs(sums) do
            for backend, micros in pairs(backends) do
                local left = redis.call('HINCRBY', key, backend, string.format('%.0f', micros))
                if left <= 0 then
                    redis.call('HDEL', key, backend)
                end
            end
            redis.call('EXPIRE', key, spend_kept_seconds)
        end
    end

    local function add_to_sum(key, backend, micros)
        if not next(sums) then
            at_end(write_sums)
        end
        sums[key] = sums[key] or {}
        sums[key][backend] = (sums[key][backend] or 0) + micros
    end

    -- True if `micros` more fit under the caps of the backend and of all (0: none).
    function budget.allows(backend, micros, cap, total_cap)
        if cap == 0 and total_cap == 0 then
            return true
        end
        local mine, all = micros, micros
        local function count(name, sum)
            all = all + sum
            mine = mine + (name == backend and sum or 0)
        end
        for _, key in ipairs({keys.spend(budget.day(now)), keys.held(budget.day(now))}) do
            local flat = redis.call('HGETALL', key)
            for i = 1, #flat, 2 do
                count(flat[i], tonumber(flat[i + 1]))
            end
            for name, sum in pairs(sums[key] or {}) do
                count(name, sum)
            end
        end
        return (cap == 0 or mine <= cap) and (total_cap == 0 or all <= total_cap)
    end

    function budget.hold(task, index, slot, micros)
        if micros == 0 then
            return
        end
        local day = budget.day(now)
        calls.mark(task, call_field.price .. index, string.format('%s|%.0f', day, micros))
        add_to_sum(keys.held(day), backend_of(slot), micros)
    end

    function budget.release(task, index, slot)
        local held = calls.of(task).prices[index]
        if not held or held == '' then
            return
        end
        local day, micros = string.match(held, '^(%d+)|(%d+)$')
        calls.of(task).prices[index] = nil
        calls.mark(task, call_field.price .. index, '')
        add_to_sum(keys.held(day), backend_of(slot), -tonumber(micros))
    end

    -- Books what a call cost: on the task, and on the backend for the day.
    function budget.book(task, slot, micros)
        if micros == '0' then
            return
        end
        set(task, 'cost', string.format('%.0f', tonumber(task.cost or '0') + tonumber(micros)))
        add_to_sum(keys.spend(budget.day(now)), backend_of(slot), tonumber(micros))
    end
end
