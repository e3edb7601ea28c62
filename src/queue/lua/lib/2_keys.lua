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
local function due_key(caller) return base .. 'oq:' .. caller end
local function spend_key(day) return base .. 'spend:' .. day end
local function held_key(day) return base .. 'held:' .. day end
local function breaker_key(backend) return base .. 'brk:' .. backend end
local function tried_key(backend) return base .. 'tried:' .. backend end
local function failed_key(backend) return base .. 'failed:' .. backend end
local lanes_key, waiting_key, lease_key, delay_key, modal_key, done_key, fair_key, callers_key,
    rates_key, buckets_key, cool_key, slots_key, places_key, owed_key, old_due_key, dead_key,
    workers_key, capacity_key, duration_key, last_id_key, off_key, activity_key, routes_key,
    said_key, hint_channel, live_channel

-- Mostly one program uses a Redis: its keys are put together once.
local named
at_start(function()
    if named == base then
        return
    end
    named = base
    rates_key = base .. 'rates'
    buckets_key = base .. 'buckets'
    lanes_key = base .. 'lanes'
    waiting_key = base .. 'waiting'
    lease_key = base .. 'lease'
    delay_key = base .. 'delay'
    modal_key = base .. 'modal'
    done_key = base .. 'done'
    fair_key = base .. 'fair'
    callers_key = base .. 'callers'
    cool_key = base .. 'cool'
    slots_key = base .. 'slots'
    places_key = base .. 'places'
    owed_key = base .. 'owed'
    old_due_key = base .. 'oq'
    dead_key = base .. 'dead'
    workers_key = base .. 'workers'
    capacity_key = base .. 'wcap'
    duration_key = base .. 'dur'
    last_id_key = base .. 'lastid'
    off_key = base .. 'off'
    activity_key = base .. 'activity'
    routes_key = base .. 'routes'
    said_key = base .. 'said'
    hint_channel = base .. 'hint'
    live_channel = base .. 'live'
end)
