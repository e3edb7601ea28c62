-- submit: idempotency, limits, creation and a place in the queue, all or nothing.
-- ARGV[3] id or ''       [4] caller        [5] lane          [6] submission
--     [7] has hook 0/1   [8] task timeout  [9] queue limit   [10] idempotency hash or ''
--    [11] fingerprint   [12] modal 0/1    [13] ended view or ''
--    [14] mark: random, to find this very write again     [15] 0, or: tried before since this ms
--    [16] event text    [17...] slots that could serve it: name, limit, …
-- Returns {'ok', id, immediate 0/1, tasks ahead} or {'replayed', id, …} or {'key_reused'} or
-- {'queue_full'} or {'caller_full'} or {'conflict'} (the given id exists); only 'ok' has created
-- something.
local caller, lane, mark, since = ARGV[4], ARGV[5], ARGV[14], ARGV[15]
local modal, view = ARGV[12] == '1', ARGV[13]
local waits = not modal and view == ''

local function answer(word, id, ahead)
    local immediate = view ~= '' or (waits and could_start(ahead, 17))
    return {word, id, immediate and 1 or 0, ahead}
end

if since ~= '0' then
    local id = find_marked(caller, mark, ARGV[3], since)
    if id then
        return answer('ok', id, math.max(0, redis.call('ZCARD', waiting_key) - 1))
    end
end

local known, other_body = known_submit(caller, ARGV[10], ARGV[11])
if known then
    if other_body then
        return {'key_reused'}
    end
    -- Somebody has now been told this id: the task can not be withdrawn any more.
    redis.call('HDEL', task_key(known), 'm')
    return answer('replayed', known, redis.call('ZCARD', waiting_key))
end
if ARGV[3] ~= '' and redis.call('EXISTS', task_key(ARGV[3])) == 1 then
    return {'conflict'}
end

local ahead = redis.call('ZCARD', waiting_key)
local refused = waits and refuse_waiting(caller, ahead, ARGV[9])
if modal and redis.call('ZCARD', modal_key) >= tonumber(ARGV[9]) then
    refused = 'queue_full'
end
if refused then
    return {refused}
end

local id = ARGV[3] ~= '' and ARGV[3] or next_id()
local modal_kept_ms = 3600000
redis.call('HSETNX', callers_key, caller, '1|0|0')
redis.call('HSET', task_key(id), 'c', caller, 'l', lane, 'u', now, 'd', now + tonumber(ARGV[8]),
    'a', 0, 'e', 1, 'm', mark)
if ARGV[7] == '1' then
    redis.call('HSET', task_key(id), 'hk', 1)
end
redis.call('SET', submission_key(id), ARGV[6])
redis.call('ZADD', index_key(caller), id, id)
remember_submit(caller, ARGV[10], ARGV[11], id)
if modal then
    redis.call('HSET', task_key(id), 's', 'modal')
    redis.call('ZADD', modal_key, now + modal_kept_ms, id)
elseif view ~= '' then
    redis.call('HSET', task_key(id), 'b', now)
    redis.call('SET', view_key(id), view)
    end_task(id, true, '', '', ARGV[16])
else
    enter_lane(id, lane)
end
return answer('ok', id, ahead)
