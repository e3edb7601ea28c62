-- finish: the end of a task, written once, by the holder of its lease.
-- ARGV[3] id  [4] attempt  [5] nonce  [6] success 0/1  [7] view  [8] code  [9] reason  [10] event
--    [11] billed yes/no/unknown
-- Returns {'ok'} or {'stale'}: then nothing was written.
local id = ARGV[3]
if not holds(id, ARGV[4], ARGV[5]) then
    return {'stale'}
end
raise_bill(id, ARGV[11])
redis.call('SET', view_key(id), ARGV[7])
end_task(id, ARGV[6] == '1', ARGV[8], ARGV[9], ARGV[10])
return {'ok'}
