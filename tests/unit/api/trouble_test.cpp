// What a task waits for, and what operators are warned of, from the queue's figures alone.
#include "context/trouble.hpp"
#include "scene.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using namespace imagined::api;
using task::language;

namespace {

constexpr unix_millis troubled_noon = 1760000000000;
constexpr std::int64_t dollar = 1'000'000;

// Two backends for V_3, two keys each; "b" alone edits.
struct house {
    house() {
        std::vector<std::unique_ptr<backend::backend>> members;
        for (const std::string name : {"a", "b"}) {
            backend::backend_options options;
            options.name = name;
            options.base_url = "http://127.0.0.1:1";
            options.keys = {"key-one-of-" + name, "key-two-of-" + name};
            options.concurrency = 2;
            options.max_spend_per_day = 10;
            if (name == "a") {
                options.operations = {task::operation::generate};
            }
            members.push_back(backend::backend::create(context.get_executor(), options, {}).value()
            );
        }
        backends.emplace(std::move(members));
        counted.now = troubled_noon;
        for (const auto& member : backends->members()) {
            for (const auto& key : member->slots()) {
                queue::slot_state state;
                state.name = key.name;
                counted.slots.push_back(state);
            }
        }
    }

    template <class Change>
    void each_key_of(const std::string& backend, Change change) {
        for (auto& state : counted.slots) {
            if (state.name.starts_with(backend + ":")) {
                change(state);
            }
        }
    }

    void refuse(const std::string& backend) {
        each_key_of(backend, [](auto& state) {
            state.refused = true;
            state.disabled = true;
            state.cooling_until = troubled_noon + 300'000;
            state.words = "HTTP 401 bad key";
        });
    }

    void cool(const std::string& backend, milliseconds left) {
        each_key_of(backend, [left](auto& state) {
            state.cooling_until = troubled_noon + left.count();
            state.words = "HTTP 429 slow down";
        });
    }

    void fill(const std::string& backend) {
        each_key_of(backend, [](auto& state) { state.in_flight = 2; });
    }

    trouble_facts facts() const {
        return {.backends = *backends, .counted = counted, .max_spend_per_day = cap};
    }

    std::string waits(std::string lane = "generate/V_3", language in = language::en) const {
        task::record task;
        task.state = state;
        task.lane = std::move(lane);
        task.caller = "bot";
        task.called = called;
        task.paid = paid;
        const auto why = wait_reason_of(task, facts(), in);
        return why ? why->what + " | " + why->detail : "nothing";
    }

    asio::io_context context{1};
    std::optional<backend::roster> backends;
    queue::statistics counted;
    task::state state = task::state::queued;
    unix_millis called = 0;
    bool paid = false;
    double cap = 0;
};

} // namespace

TEST_CASE("a task that is about to start, runs or stores waits for nothing") {
    house h;
    CHECK(h.waits() == "nothing");
    h.refuse("a");
    CHECK(h.waits() == "nothing"); // b serves it
    h.refuse("b");
    for (const auto now :
         {task::state::calling,
          task::state::storing,
          task::state::modal,
          task::state::success,
          task::state::failure}) {
        h.state = now;
        CHECK(h.waits() == "nothing");
    }
    h.state = task::state::queued;
    h.paid = true;
    CHECK(h.waits() == "nothing");
}

TEST_CASE("refused keys are told with the status, in the reader's language") {
    house h;
    h.refuse("b");
    CHECK(h.waits("edit/V_3") == "keys_refused | b refused both keys: 401 bad key");
    CHECK(h.waits("edit/V_3", language::zh) == "keys_refused | b 拒绝了两个密钥：401 bad key");
    h.refuse("a");
    CHECK(
        h.waits()
        == "keys_refused | a refused both keys: 401 bad key; b refused both keys: "
           "401 bad key"
    );
}

TEST_CASE("a refused key stays one until a call proves it, but for the task that tries it") {
    house h;
    h.refuse("b");
    h.each_key_of("b", [](auto& state) {
        state.disabled = false;
        state.cooling_until = 0;
        state.on_trial = true;
    });
    CHECK(h.waits("edit/V_3") == "nothing");
    h.each_key_of("b", [](auto& state) { state.in_flight = 1; });
    CHECK(h.waits("edit/V_3") == "keys_refused | b refused both keys: 401 bad key");
}

TEST_CASE("of several obstacles that one is told which passes first") {
    house h;
    h.refuse("a");
    h.cool("b", milliseconds(4'200));
    CHECK(h.waits() == "cooling | b is left alone for 5 s: 429 slow down");
    h.each_key_of("b", [](auto& state) { state.cooling_until = 0; });
    h.fill("b");
    CHECK(h.waits() == "place | all places at b are taken");
}

TEST_CASE("an open breaker and an address where nothing is are the same to who waits") {
    house h;
    h.counted.breakers = {{"b", troubled_noon + 20'000}};
    CHECK(h.waits("edit/V_3") == "breaker | b does not do edit now and is left alone");
    h.counted.breakers.clear();
    h.counted.shut = {{"b", "edit", troubled_noon + 60'000, 3, "HTTP 404 no such path"}};
    CHECK(
        h.waits("edit/V_3")
        == "breaker | b does not do edit now and is left alone: 404 no such path"
    );
    CHECK(h.waits() == "nothing");
    h.counted.shut[0].until = troubled_noon - 1;
    CHECK(h.waits("edit/V_3") == "nothing"); // the next task tries it
}

TEST_CASE("money that is used up, of a backend or of all") {
    house h;
    h.counted.spent_by_backend_today = {{"b", 9 * dollar}};
    CHECK(h.waits("edit/V_3") == "nothing");
    h.counted.held_by_backend_today = {{"b", dollar}};
    CHECK(h.waits("edit/V_3") == "budget | the day's budget for b is used up");
    house of_all;
    of_all.cap = 5;
    of_all.counted.spent_by_backend_today = {{"a", 5 * dollar}};
    CHECK(of_all.waits("edit/V_3") == "budget | the day's budget for b is used up");
}

TEST_CASE("what operators have paused") {
    house h;
    h.counted.turned.channels = {{"b", troubled_noon, std::nullopt}};
    CHECK(h.waits("edit/V_3") == "paused | an operator has paused b");
    h.counted.turned.channels.clear();
    h.counted.turned.dispatch_paused_since = troubled_noon;
    CHECK(h.waits() == "paused | an operator has paused the queue");
}

TEST_CASE("a limit that operators have turned down counts") {
    house h;
    h.each_key_of("b", [](auto& state) { state.in_flight = 1; });
    CHECK(h.waits("edit/V_3") == "nothing");
    h.counted.turned.channels = {{"b", 0, 1}};
    CHECK(h.waits("edit/V_3") == "place | all places at b are taken");
}

TEST_CASE("a caller that runs as many as it may waits for itself, unless nobody could serve") {
    house h;
    h.counted.loads = {{"other", 9, 9}, {"bot", 2, 3}};
    CHECK(h.waits() == "nothing");
    h.counted.loads[1].running = 3;
    CHECK(h.waits() == "caller_limit | 3 tasks of this caller run, as many as it may have");
    h.refuse("a");
    h.refuse("b");
    CHECK(h.waits().starts_with("keys_refused"));
}

TEST_CASE("a task that a worker holds between two calls tells why") {
    house h;
    h.state = task::state::leased;
    h.fill("b");
    CHECK(h.waits("edit/V_3") == "nothing");
    h.refuse("b");
    CHECK(h.waits("edit/V_3") == "nothing"); // it has not called yet
    h.called = troubled_noon;
    CHECK(h.waits("edit/V_3").starts_with("keys_refused"));
}

TEST_CASE("a full disk comes before all else") {
    house h;
    auto facts = h.facts();
    facts.disk_full = true;
    task::record waiting;
    waiting.state = task::state::queued;
    waiting.lane = "generate/V_3";
    const auto why = wait_reason_of(waiting, facts, language::en);
    REQUIRE(why);
    CHECK(why->what == "disk");
}

TEST_CASE("operators are warned of what stands still") {
    house h;
    CHECK(trouble_warnings(h.facts()).empty());
    h.refuse("a");
    h.each_key_of("a", [](auto& state) { state.disabled = false, state.cooling_until = 0; });
    h.cool("b", milliseconds(4'000));
    h.counted.breakers = {{"b", troubled_noon + 20'000}};
    h.counted.shut = {{"b", "edit", troubled_noon + 60'000, 3, "HTTP 404"}};
    h.counted.spent_by_backend_today = {{"b", 10 * dollar}};
    h.cap = 10;
    const auto told = trouble_warnings(h.facts());
    REQUIRE(told.size() == 6);
    CHECK(told[0] == "backend \"a\": the upstream refused every key: 401 bad key");
    CHECK(told[1] == "backend \"b\": every key is refused or cooling: 429 slow down");
    CHECK(told[2].starts_with("backend \"b\": too many calls failed, its breaker is open"));
    CHECK(told[3].starts_with("backend \"b\": nothing is at the address of edit: 404"));
    CHECK(told[4] == "backend \"b\": the day's budget is used up");
    CHECK(told[5] == "the day's budget of all backends is used up");
}

TEST_CASE("one good key is no reason for a warning") {
    house h;
    h.refuse("a");
    h.counted.slots[0].refused = false;
    h.counted.slots[0].cooling_until = 0;
    CHECK(trouble_warnings(h.facts()).empty());
}
