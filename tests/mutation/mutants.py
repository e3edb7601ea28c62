"""The guards of the queue's promises, each with the change that takes it away and with the tests of
which at least one must fail then. A change must apply exactly once; one that no longer does is
told, so that this list keeps up with the code."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    guard: str
    file: str
    old: str
    new: str
    program: str         # the CMake target that the tests need
    tests: tuple         # what to run: a test program with arguments, or service.<module>.<Test>


QUEUE = ("test_queue_scripts",)
KILL = "service.crash_kill_test.KilledWorker.test_kill_at_"
FREEZE = "service.crash_freeze_test.FrozenWorker"
API = "service.crash_api_test.ApiTrouble.test_"
LUA = "src/queue/lua/"


def lua(guard, file, old, new, program="test_queue_scripts", tests=QUEUE):
    return Mutant(guard, LUA + file, old, new, program, tests)


MUTANTS = [
    # -- Fencing
    lua("the nonce of a lease is compared", "lib/7_tasks.lua",
        "task.a == attempt and task.n == nonce", "task.a == attempt"),
    lua("only the holder of a lease ends a task", "finish.lua",
        "if not holds(task, ARGV[at + 1], ARGV[at + 2]) then", "if false then"),
    lua("only the holder of a lease starts a call", "calling.lua",
        "if not holds(task, ARGV[at + 1], ARGV[at + 2]) then", "if false then"),
    lua("only the holder of a lease gives it back", "release.lua",
        "if not holds(task, ARGV[4], ARGV[5]) or count_calls(task) > 0 then",
        "if count_calls(task) > 0 then"),
    lua("a lease with a call in flight is not given back", "release.lua",
        "if not holds(task, ARGV[4], ARGV[5]) or count_calls(task) > 0 then",
        "if not holds(task, ARGV[4], ARGV[5]) then"),
    lua("a lease is renewed by its holder only", "renew.lua",
        "if holds({a = got[1], n = got[2]}, ARGV[i + 1], ARGV[i + 2]) then", "if true then"),
    lua("an end is not cancelled", "cancel.lua", "if is_terminal(state) then", "if false then"),

    # -- Paid calls
    Mutant("the marker is written before the call", "src/worker/calling.cpp",
           "auto granted = co_await on_->parts.tasks.calling(holding_->held, marker);",
           "result<queue::call_grant> granted = queue::call_grant{};", "imagined",
           (KILL + "http_post_first_byte_after_is_ambiguous",)),
    Mutant("no call starts after its marker's deadline", "src/worker/calling.cpp",
           "asked + limit}", "asked + std::chrono::hours(1)}", "imagined",
           (FREEZE + ".test_freeze_at_calling_after_and_wake_late",)),
    Mutant("a paid answer is recorded", "src/worker/calling.cpp",
           "const auto written = co_await insist(write);\n    if (written) {",
           "const result<void> written;\n    if (written) {", "imagined",
           (KILL + "store_write_before_delivers",)),
    Mutant("what was refused for good is not asked again", "src/worker/calling.cpp",
           "note_refusal(index, came);\n",
           "note_refusal(index, came);\n        co_await settle_refused();\n", "imagined",
           ("service.crash_kill_test.KilledWorkerWhoseCallWasRefused"
            ".test_kill_at_finish_before_asks_no_more",)),
    Mutant("what is known of a call is told until Redis hears it", "src/worker/insist.hpp",
           "if (!try_again || ", "if (true || ", "imagined",
           ("service.crash_redis_test.RedisTrouble.test_redis_readonly_at_stored_before",)),
    lua("a call of a dead worker stays open to its deadline", "reap.lua",
        "elseif in_flight > 0 and deadline + call_grace >= now then", "elseif false then"),
    lua("and two seconds longer", "lib/1_start.lua", "call_grace = 2000", "call_grace = 0"),
    lua("a lost call is repeated only if the policy says so", "lost.lua",
        "repeats < tonumber(ARGV[8]) and", "true and"),
    lua("a lost call of a dead worker is repeated only if the policy says so", "reap.lua",
        "repeats < tonumber(ARGV[4]) and", "true and"),
    lua("a late answer is adopted", "adopt.lua", "requeue(task, 'storing')", ""),
    lua("but not beside a newer call", "adopt.lua", "elseif count_calls(task) > 0 then",
        "elseif false then"),
    Mutant("a worker that lost its lease offers what it brings", "src/queue/working.cpp",
           "if (!recorded && recorded.error().kind == failure_kind::conflict) {",
           "if (false) {", "imagined",
           (FREEZE + ".test_freeze_at_stored_before_and_wake_late",)),
    lua("a key has so many places", "calling.lua",
        "if free_places(slot, tonumber(ARGV[at + 5]), id .. ':r') <= 0 then", "if false then"),
    lua("no call starts after the task's deadline", "calling.lua",
        "if now > tonumber(task.d) then", "if false then"),

    # -- Submitting
    lua("an idempotency key is one task", "submit.lua",
        "local known, other_body = known_submit(kind.caller, hash, fingerprint)",
        "local known, other_body"),
    lua("an idempotency key is one body", "lib/8_submitting.lua",
        "return id, first ~= fingerprint", "return id, false"),
    lua("the queue has a limit", "submit.lua", "elseif ahead >= kind.queue_limit then",
        "elseif false then"),
    lua("what ends at its submit is limited by the callbacks that are owed", "submit.lua",
        "return judge_ended(kind)", "return nil"),
    lua("a caller submits at its rate", "submit.lua", "if wait > 0 then", "if false then"),
    lua("what is drawn from a rate is gone", "lib/8_submitting.lua",
        "of.full = of.full + of.each", ""),
    Mutant("a caller leaves seats to the others", "src/api/seats.hpp",
           "held >= share_of(most_)", "false", "test_api", ("test_api",)),
    lua("nothing is written after the not-after time", "lib/1_start.lua",
        "if ARGV[2] ~= '0' and now > tonumber(ARGV[2]) then", "if false then", "imagined",
        (API + "freeze_at_submit_before_is_503_and_leaves_no_ghost",)),
    Mutant("a submit that is answered 503 is taken back", "src/queue/submitting.cpp",
           "if (tried_since != 0) {", "if (false) {", "test_queue_scripts", QUEUE),
    lua("a submit whose answer was lost is found again", "submit.lua",
        "if since ~= '0' then", "if false then"),
    Mutant("a script is refused whole when Redis cannot write", "src/queue/scripts.cpp",
           'writes = "{}"', "writes = \"{'allow-oom'}\"",
           "test_queue_scripts", QUEUE),

    # -- Operators' switches
    lua("nothing is taken while intake is paused", "submit.lua", "if switch('intake') then",
        "if false then"),
    lua("no modal is answered while intake is paused", "submit_modal.lua",
        "if switch('intake') then", "if false then"),
    lua("nothing is claimed while dispatch is paused", "claim.lua",
        "(lane == 'storing' or not switch('dispatch'))", "true"),
    lua("but what is paid", "claim.lua", "(lane == 'storing' or not switch('dispatch'))",
        "not switch('dispatch')"),
    lua("no submit is immediate while dispatch is paused", "lib/8_submitting.lua",
        "if switch('dispatch') then", "if false then"),
    lua("a paused slot has no place", "lib/6_slots.lua", "if limit == 0 then", "if false then"),
    lua("a paused backend has no place", "lib/5_switches.lua", "switch('pause:' .. backend) or",
        "false or"),
    lua("a slot's limit counts before its backend's", "lib/5_switches.lua",
        "switch('limit:' .. slot) or switch('limit:' .. backend)", "switch('limit:' .. backend)"),
    lua("whoever waits looks again when a switch is turned on", "turn.lua",
        "    announce_room()", ""),
    lua("a switch that stands so is not told twice", "turn.lua", "if before ~= wanted then",
        "if true then"),
    lua("a reset forgets what was counted", "reset.lua",
        "redis.call('DEL', tried_key(backend), failed_key(backend))", ""),
    lua("the list of actions is bounded", "lib/5_switches.lua",
        "redis.call('LTRIM', activity_key, 0, activity_kept - 1)", ""),

    # -- Callbacks
    lua("the end and its callback are one step", "lib/7_tasks.lua",
        "post(task, sequence, success and 'SUCCESS' or 'FAILURE', '100%')", ""),
    lua("an event is delivered by one process at a time", "outbox_claim.lua",
        "make_due(id, caller, until_ms)", ""),
    lua("a caller gets no more callbacks than there is room for", "outbox_claim.lua",
        "rooms[caller] or tonumber(ARGV[6])", "most"),
    lua("the callbacks of callers go out in turn", "outbox_claim.lua",
        "(i + now) % #lines + 1", "i"),
    lua("only its deliverer settles an event", "lib/4_events.lua",
        "nonce ~= '' and lease[1] == nonce", "nonce ~= ''"),
    lua("nobody settles an event without a lease", "lib/4_events.lua",
        "nonce ~= '' and lease[1] == nonce", "lease[1] == nonce"),
    lua("what is given back waits for its time", "outbox_release.lua",
        "moment(tonumber(ARGV[at + 2]))", "stamp"),
    lua("a retry that is given back gives way to a newer event", "outbox_release.lua",
        "tries ~= '0'", "false"),
    lua("an event is handed on only if nothing is owed before", "lib/4_events.lua",
        "length == 1 and task.wished", "task.wished"),
    lua("an event that is handed on is found by nobody else", "lib/4_events.lua",
        "moment(task.wished.ms)", "stamp"),
    lua("an end that nobody took becomes a dead letter", "outbox_failed.lua",
        "redis.call('ZADD', dead_key, now, id)", ""),
    Mutant("410 ends the deliveries", "src/callback/courier.cpp",
           "came.what = attempt_result::kind::gone;", "came.what = attempt_result::kind::failed;",
           "test_callback", ("test_callback",)),
    Mutant("Retry-After is honoured", "src/callback/delivery_plan.cpp",
           "std::max(planned, std::min(last.retry_after", "std::min(planned, std::min(last.retry_after",
           "test_callback", ("test_callback",)),
    Mutant("every secret signs", "src/callback/signature.cpp",
           'header.append(header.empty() ? "v1," : " v1,");', 'header = "v1,";',
           "test_callback", ("test_callback",)),

    Mutant("a 2xx is a delivery whatever its body", "src/callback/courier.cpp",
           "request.status_only = true;", "", "test_callback", ("test_callback",)),
    Mutant("a caller has its share of the deliveries", "src/worker/delivery_shares.cpp",
           "if (room_of(caller) == 0) {", "if (false) {", "test_worker", ("test_worker",)),
    Mutant("a receiver has so many places", "src/worker/host_gate.cpp",
           "if (here.inside >= places) {", "if (false) {", "test_worker", ("test_worker",)),
    Mutant("a tarpit is left alone", "src/worker/host_gate.cpp",
           "++here.slow >= limits_.slow_in_a_row", "false", "test_worker", ("test_worker",)),

    # -- Whom we connect to
    Mutant("the address that is connected to is judged", "src/http/client.cpp",
           "return !c.request.egress->permits(to.host, one, to.port);", "return false;",
           "test_http", ("test_http",)),
    Mutant("what an address says is judged before a proxy is asked", "src/http/client.cpp",
           "&& !c.request.egress->may_permit(to.host, to.port)", "&& false",
           "test_http", ("test_http",)),
    Mutant("no private address goes through the environment's proxy", "src/http/proxy.cpp",
           "if (inner || except_.covers(target)) {", "if (except_.covers(target)) {",
           "test_http", ("test_http",)),
    Mutant("a proxy that wants to know who asks has started nothing",
           "src/http/pending_answer.cpp", "reached = progress::not_sent; // it went", "// it went",
           "test_http", ("test_http",)),
    Mutant("a pooled connection is judged as well", "src/http/wire_pool.cpp",
           "egress == nullptr || egress->permits(host, peer.address(), peer.port())", "true",
           "test_http", ("test_http",)),
    Mutant("every hop of a redirect is judged", "src/backend/picture_fetcher.cpp",
           "out.egress = order.rules;", "", "test_backend", ("test_backend",)),
    Mutant("IPv6 that embeds IPv4 is not public", "src/http/egress.cpp",
           "{{0x20, 0x02, 0x00, 0x00}, 16}, // 6to4", "{{0x20, 0x02, 0xff, 0xff}, 32}, // 6to4",
           "test_http", ("test_http",)),
    Mutant("ports below 1024 are the web's only", "src/http/egress.cpp",
           "port == 80 || port == 443 || port >= first_free_port", "true",
           "test_http", ("test_http",)),
    Mutant("what a peer offered is not resumed under another name", "src/http/wire.cpp",
           'host + ":" + std::to_string(port)', "std::to_string(port)",
           "test_http", ("test_http",)),
    Mutant("what a peer stumbles over is forgotten", "src/http/tls_session.cpp",
           "cache_->forget(peer_);", "", "test_http", ("test_http",)),

    # -- Pictures
    Mutant("a picture's bytes are on the disk before it has its name", "src/store/image_store.cpp",
           "done = file->sync();\n    }\n    if (!done) {\n        return std::move(done).error();",
           "done = {};\n    }\n    if (!done) {\n        return std::move(done).error();",
           "test_store", ("test_store",)),
    Mutant("a picture's name is on the disk", "src/store/naming.cpp",
           "auto done = sync_directory(place.task_directory);", "result<void> done;",
           "test_store", ("test_store",)),
    Mutant("a new directory's name is on the disk", "src/store/durable_file.cpp",
           'auto synced = sync_directory(parent.empty() ? "." : parent.string());',
           "result<void> synced;", "test_store", ("test_store",)),
    Mutant("a picture that could not be made durable has no name", "src/store/naming.cpp",
           "::unlink(name.c_str());", "", "test_store", ("test_store",)),
    Mutant("a disk that fails ends the task, not the picture's promise", "src/worker/storing.cpp",
           "disk_trouble = disk_trouble || one.now == state::open;", "", "imagined",
           ("service.crash_storage_test.FailingDisk.test_disk_fails_at_store_write_before",)),
]
