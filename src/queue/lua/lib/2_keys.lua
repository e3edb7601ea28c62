-- All keys, in one place. README.md says what each holds.
local function task_key(id) return base .. 't:' .. id end
local function submission_key(id) return base .. 'p:' .. id end
local function view_key(id) return base .. 'r:' .. id end
local function calls_key(id) return base .. 'c:' .. id end
local function history_key(id) return base .. 'h:' .. id end
local function outbox_key(id) return base .. 'o:' .. id end
local function queue_key(lane, caller) return base .. 'q:' .. lane .. '|' .. caller end
local function ring_key(lane) return base .. 'ring:' .. lane end
local function running_key(caller) return base .. 'run:' .. caller end
local function slot_key(name) return base .. 'slot:' .. name end
local function index_key(caller) return base .. 'idx:' .. caller end
local function part_key(caller, first) return base .. 'ids:' .. first .. ':' .. caller end
local function idempotency_key(caller, hash) return base .. 'idem:' .. caller .. ':' .. hash end
local function spend_key(day) return base .. 'spend:' .. day end
local function held_key(day) return base .. 'held:' .. day end
local function breaker_key(backend) return base .. 'brk:' .. backend end
local function tried_key(backend) return base .. 'tried:' .. backend end
local function failed_key(backend) return base .. 'failed:' .. backend end
local lanes_key = base .. 'lanes'
local waiting_key = base .. 'waiting'
local lease_key = base .. 'lease'
local delay_key = base .. 'delay'
local modal_key = base .. 'modal'
local done_key = base .. 'done'
local fair_key = base .. 'fair'
local callers_key = base .. 'callers'
local cool_key = base .. 'cool'
local slots_key = base .. 'slots'
local due_key = base .. 'oq'
local dead_key = base .. 'dead'
local workers_key = base .. 'workers'
local capacity_key = base .. 'wcap'
local duration_key = base .. 'dur'
local last_id_key = base .. 'lastid'
local off_key = base .. 'off'
local activity_key = base .. 'activity'
local hint_channel = base .. 'hint'
local live_channel = base .. 'live'
