#include "queue_fixture.hpp"

#include "tests/redis/redis_under_test.hpp"
#include "tests/support/memory_queue/memory_queue.hpp"

#include <cstdlib>

namespace imagined::test {

namespace {

class memory_under_test final : public queue_under_test {
public:
    queue_ports open(const conditions& now) override {
        queue_.fixed_now = now.now;
        queue_.model.repeats_allowed = now.repeats;
        return {&queue_, &queue_, &queue_, &queue_, &queue_};
    }

    std::vector<std::string> trace() override {
        std::vector<std::string> ids;
        for (const auto& [id, task] : queue_.model.tasks()) {
            ids.push_back(id);
        }
        return ids;
    }

private:
    memory_queue queue_;
};

std::unique_ptr<queue_under_test> chosen_queue() {
    const char* chosen = std::getenv("QUEUE_UNDER_TEST");
    if (chosen == nullptr || std::string_view(chosen) == "redis") {
        return std::make_unique<redis_under_test>();
    }
    if (std::string_view(chosen) == "memory") {
        return std::make_unique<memory_under_test>();
    }
    FAIL("QUEUE_UNDER_TEST: expected redis or memory");
    return nullptr;
}

} // namespace

queue_fixture::queue_fixture() : queue_fixture(chosen_queue()) {}

queue_fixture::queue_fixture(std::unique_ptr<queue_under_test> on) : queue_(std::move(on)) {
    reopen();
}

void queue_fixture::set_time(unix_millis now) {
    now_.now = now;
    reopen();
}

void queue_fixture::listen(std::function<void(std::string_view)> on_submit) {
    now_.on_submit = std::move(on_submit);
    reopen();
}

void queue_fixture::allow_repeats(int times) {
    now_.repeats = times;
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
