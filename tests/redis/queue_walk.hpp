// A random walk over all verbs of the queue, each step made on Redis and on the model, with their
// answers and the tasks that they touched compared after it. A step is one number: everything that
// is random in it follows from that and from the state before, so that a list of numbers can be
// walked again, and shrunk.
#pragma once

#include "blocking_redis.hpp"

#include "imagined/queue/redis_queue.hpp"
#include "tests/support/memory_queue/queue_model.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace imagined::test {

// The queue and its model disagree, or an invariant is broken.
struct mismatch : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class queue_walk {
public:
    // Begins on a flushed database.
    explicit queue_walk(blocking_redis& on);

    // Throws mismatch.
    void step(std::uint32_t seed);

    // Every task, set and figure.
    void check_everything();

    // Lets time end every task, and looks whether each accepted one has ended exactly once.
    void settle();

    // The latest step in words.
    const std::string& told() const { return told_; }

private:
    template <class T>
    T run(awaitable<T> verb);

    // -- Choices
    std::uint32_t roll(std::uint32_t below);
    bool chance(std::uint32_t percent);
    std::string some_task(bool (*fits)(const model_task&));
    std::string some_caller();
    queue::scope some_scope();
    std::vector<queue::slot> some_slots();
    int some_pictures();
    queue::token some_token(bool (*fits)(const model_task&));
    int some_call(const std::string& id);

    // -- Steps (queue_walk.cpp; those of workers, duties and couriers in queue_walk_steps.cpp)
    void move_clock();
    void submit();
    void submit_modal();
    void cancel();
    void register_callers();
    void look();
    void claim(bool storing);
    void renew();
    void sign_off();
    void calling();
    void not_started();
    void lost();
    void stored();
    void adopt();
    void finish();
    void release();
    void progress();
    void duties();
    void outbox_claim();
    void expect_handed_on(
        const std::string& id, std::uint64_t wanted, const std::optional<queue::event_lease>& found
    );
    milliseconds some_event_lease();
    void outbox_settle();
    void outbox_replay();
    void turn_switches();

    // -- Comparing (queue_walk_checks.cpp)
    void tell(std::string what) { told_ = std::move(what); }

    void touch(const std::string& id) { touched_.insert(id); }
    template <class A, class B>
    void expect(const std::string& what, const A& wanted, const B& found) const;
    void expect_refusal(
        const std::string& what, const queue_model::refusal& wanted, const result<void>& found
    ) const;
    void
    expect_submitted(const result<queue::submitted>& wanted, const result<queue::submitted>& found);
    void check_tasks(const std::vector<std::string>& ids);
    void check_task(const std::string& id, const std::vector<redis::reply>& replies);
    void check_set(const std::string& name, const std::map<std::string, unix_millis>& wanted);
    void check_times();
    void check_lanes();
    void check_places();
    void check_figures();
    void check_terminal_is_final();
    void reopen();

    blocking_redis& redis_;
    asio::io_context context_{1};
    queue_model model_;
    queue::ports queue_;
    std::mt19937 dice_;
    std::string told_;
    std::set<std::string> touched_;
    std::map<std::string, std::vector<queue::token>> tokens_; // handed out, per task
    std::vector<queue::due_event> due_;
    std::vector<std::string> reserved_;
    std::set<std::string> accepted_;
    std::map<std::string, std::string> ends_; // id -> state and code, once terminal
};

} // namespace imagined::test
