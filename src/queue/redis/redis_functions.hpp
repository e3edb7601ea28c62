// How all ports call the functions of the queue: their two times in front, a deadline for each, and
// what their words mean.
#pragma once

#include "imagined/queue/redis_queue.hpp"
#include "library.hpp"
#include "script_batch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace imagined::queue {

class redis_functions {
public:
    redis_functions(redis::client& on, const queue_options& options);
    redis_functions(const redis_functions&) = delete;
    redis_functions& operator=(const redis_functions&) = delete;

    unix_millis now() const { return client_.server_now(); }

    const std::string& base() const { return base_; } // before all keys

    milliseconds deadline() const { return deadline_; } // of a command

    // Runs one function: `values` follow the two times that every call begins with. Its words
    // "late" and "denied" become failures, and each failure of Redis `unavailable`: whatever is
    // wrong there, nothing was refused for good. `deadline` 0: the option's.
    awaitable<result<redis::reply>>
    run(const redis::function& what,
        redis::arguments values,
        milliseconds deadline = milliseconds(0));

    // The same, but a right that is missing stays `rejected`.
    awaitable<result<redis::reply>>
    run_as_it_is(const redis::function& what, redis::arguments values, milliseconds deadline);

    // For functions that answer with a word alone: "ok", or a failure by its word.
    awaitable<result<void>> run_plain(const redis::function& what, redis::arguments values);

    // What a batch runs. This must outlive it.
    script_batch::runner batched(const redis::function& what);

    // One task's part in a batch of a function whose verdict is a word alone, as run_plain's.
    awaitable<result<void>>
    join_plain(script_batch& batch, std::string verb, redis::arguments values);

    // Plain commands, with failures as run()'s.
    awaitable<result<redis::reply>> ask(redis::arguments command);
    awaitable<result<redis::array>> ask_together(std::vector<redis::arguments> commands);

private:
    redis::client& client_;
    std::string base_;
    milliseconds deadline_;
    std::string fixed_now_;
};

std::unique_ptr<submission> open_submission(redis::client& on, const queue_options& options);
std::unique_ptr<work> open_work(redis::client& on, const queue_options& options);
std::unique_ptr<outbox> open_outbox(redis::client& on, const queue_options& options);
std::unique_ptr<reading> open_reading(redis::client& on, const queue_options& options);
std::unique_ptr<operating> open_operating(redis::client& on, const queue_options& options);

// A slot as the functions read it.
std::string slot_text(const slot& place);

// What a function's refusal means to its caller.
failure refusal(std::string_view verb, std::string_view word);

} // namespace imagined::queue
