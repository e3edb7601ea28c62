-- All keys, in one place. README.md says what each holds.
local keys = {}
function keys.task(id) return base .. 't:' .. id end
function keys.submission(id) return base .. 'p:' .. id end
function keys.view(id) return base .. 'r:' .. id end
function keys.calls(id) return base .. 'c:' .. id end
function keys.history(id) return base .. 'h:' .. id end
function keys.outbox(id) return base .. 'o:' .. id end
function keys.queue(lane, caller) return base .. 'q:' .. lane .. '|' .. caller end
function keys.ring(lane) return base .. 'ring:' .. lane end
function keys.running(caller) return base .. 'run:' .. caller end
function keys.slot(name) return base .. 'slot:' .. name end
function keys.index(caller) return base .. 'idx:' .. caller end
function keys.part(caller, first) return base .. 'ids:' .. first .. ':' .. caller end
function keys.idempotency(caller, hash) return base .. 'idem:' .. caller .. ':' .. hash end
function keys.due(caller) return base .. 'oq:' .. caller end
function keys.spend(day) return base .. 'spend:' .. day end
function keys.held(day) return base .. 'held:' .. day end
function keys.breaker(backend) return base .. 'brk:' .. backend end
function keys.tried(backend) return base .. 'tried:' .. backend end
function keys.failed(backend) return base .. 'failed:' .. backend end
function keys.request_name(caller, digest) return base .. 'req:' .. caller .. ':' .. digest end
function keys.signed_out(group) return base .. 'out:' .. group end

do
    -- Mostly one program uses a Redis: its keys are put together once.
    local named
    at_start(function()
        if named == base then
            return
        end
        named = base
        keys.rates = base .. 'rates'
        keys.buckets = base .. 'buckets'
        keys.lanes = base .. 'lanes'
        keys.waiting = base .. 'waiting'
        keys.lease = base .. 'lease'
        keys.delay = base .. 'delay'
        keys.modal = base .. 'modal'
        keys.done = base .. 'done'
        keys.fair = base .. 'fair'
        keys.callers = base .. 'callers'
        keys.cool = base .. 'cool'
        keys.slots = base .. 'slots'
        keys.places = base .. 'places'
        keys.owed = base .. 'owed'
        keys.old_due = base .. 'oq'
        keys.dead = base .. 'dead'
        keys.workers = base .. 'workers'
        keys.capacity = base .. 'wcap'
        keys.durations = base .. 'dur'
        keys.last_id = base .. 'lastid'
        keys.switches = base .. 'off'
        keys.activity = base .. 'activity'
        keys.routes = base .. 'routes'
        keys.said = base .. 'said'
        keys.hint = base .. 'hint'
        keys.links = base .. 'links'
        keys.probe = base .. 'probe'
        keys.live = base .. 'live'
    end)
end
