#include "queue_fixture.hpp"

namespace imagined::test {

redis_server& shared_server() {
    static redis_server server({"--appendonly", "no"});
    return server;
}

queue_fixture::queue_fixture() : raw(shared_server().socket_path()) {
    raw.command({"FLUSHALL"});
    reopen();
}

void queue_fixture::reopen() {
    queue::queue_options options;
    options.prefix = "test";
    options.ambiguous_retries = repeats_;
    options.fixed_now = std::to_string(now_);
    options.on_submit = on_submit_;
    queue_ = queue::open_redis_queue(raw, std::move(options));
}

void queue_fixture::set_time(unix_millis now) {
    now_ = now;
    reopen();
}

void queue_fixture::listen(std::function<void(std::string_view)> on_submit) {
    on_submit_ = std::move(on_submit);
    reopen();
}

void queue_fixture::allow_repeats(int times) {
    repeats_ = times;
    reopen();
}

submitted queue_fixture::try_submit(new_task task) {
    if (task.caller.empty()) {
        task.caller = "ann";
    }
    if (task.lane.empty() && !task.modal && task.ended_view.empty()) {
        task.lane = lane_name;
    }
    if (task.submission.empty()) {
        task.submission = "a cat";
    }
    return must(tasks().submission->submit(std::move(task), seconds(5)));
}

std::string queue_fixture::submit(new_task task) {
    auto made = try_submit(std::move(task));
    REQUIRE(made.what == submitted::verdict::accepted);
    return made.id;
}

std::vector<queue::claimed> queue_fixture::claim(
    std::size_t most, std::string worker, std::vector<slot> slots, std::string lane
) {
    std::vector<queue::lane> lanes{{std::move(lane), std::move(slots)}};
    return must(tasks().work->claim(std::move(worker), most, seconds(15), std::move(lanes))).tasks;
}

token queue_fixture::lease(std::string lane) {
    auto taken = claim(1, "w1", {{"alpha:1", 100}}, std::move(lane));
    REQUIRE(taken.size() == 1);
    return token_of(taken.front());
}

std::vector<queue::claimed> queue_fixture::claim_storing(std::string worker) {
    return claim(10, std::move(worker), {}, std::string(queue::storing_lane));
}

call_permit queue_fixture::call(token held, int index, slot at) {
    call_marker marker;
    marker.index = index;
    marker.backend = "alpha";
    marker.slot = std::move(at);
    marker.duration_key = "generate/V_3/DEFAULT";
    return must(tasks().work->calling(std::move(held), std::move(marker))).what;
}

void queue_fixture::answer(token held, int index, bool complete, std::int64_t cost) {
    must(tasks().work->stored(std::move(held), index, R"({"paid":1})", complete, cost));
}

void queue_fixture::finish(token held, bool success) {
    queue::ending how;
    how.success = success;
    how.view = R"({"view":1})";
    how.event = {task::event_kind::stored, {"1"}};
    how.billed = success ? "yes" : "no";
    if (!success) {
        how.code = task::fail_code::backend_refused;
        how.reason = "no luck";
    }
    must(tasks().work->finish(std::move(held), std::move(how)));
}

task::record queue_fixture::record(const std::string& id) {
    auto found = must(tasks().reading->read(everybody, {id}));
    REQUIRE(found.size() == 1);
    return found.front().record;
}

std::vector<queue::due_event> queue_fixture::due(std::size_t most) {
    return must(tasks().outbox->claim(most, seconds(30), {most}));
}

int queue_fixture::in_flight(const std::string& slot_name) {
    return must(tasks().reading->stats({slot_name})).slots.front().in_flight;
}

} // namespace imagined::test
