// Repeats a queue verb while Redis cannot answer: what a worker knows about a paid call must not be
// lost to an outage. Every verb is safe to repeat (queue/work.hpp).
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/failure.hpp"

#include <chrono>

namespace imagined::worker {

inline constexpr milliseconds insist_pause{250};
inline constexpr std::chrono::minutes insist_limit{15};

// `verb` is called again until it answers anything but `unavailable`, or `limit` has passed.
// The caller keeps it alive: name it, never pass a temporary.
template <class Verb>
auto insist(Verb& verb, milliseconds limit = insist_limit) -> decltype(verb()) {
    const auto end = std::chrono::steady_clock::now() + limit;
    for (;;) {
        auto answer = co_await verb();
        const bool try_again = !answer && answer.error().kind == failure_kind::unavailable;
        if (!try_again || std::chrono::steady_clock::now() > end) {
            co_return answer;
        }
        co_await pause_for(insist_pause);
    }
}

} // namespace imagined::worker
