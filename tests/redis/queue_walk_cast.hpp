// The small cast of a walk: few callers, lanes, workers and keys, so that they meet often; and
// which tasks a step looks for.
#pragma once

#include "tests/support/memory_queue/queue_model.hpp"

#include <array>
#include <string>

namespace imagined::test {

inline const std::array<std::string, 3> callers{"ann", "bob", "cyd"};
inline const std::array<std::string, 2> lanes{"generate/V_3", "remix/V_2"};
inline const std::array<std::string, 2> workers{"w1", "w2"};
// Two keys of one organisation, and one by itself whose upstream does not tell its limit before.
inline constexpr int alphas_calls = 3;
inline constexpr int alphas_pictures = 5;
inline const std::array<queue::slot, 3> all_slots{
    {{"alpha:1", alphas_calls, "alpha", alphas_pictures},
     {"alpha:2", alphas_calls, "alpha", alphas_pictures},
     {"beta:1", 3}}
};

inline bool at_work(const model_task& task) {
    return task.at_work();
}

inline bool in_call(const model_task& task) {
    return task.calls_in_flight() > 0;
}

inline bool has_calls(const model_task& task) {
    return !task.calls.empty();
}

inline bool is_modal(const model_task& task) {
    return task.record.state == task::state::modal;
}

inline bool is_open(const model_task& task) {
    return !task.ended();
}

inline bool has_ended(const model_task& task) {
    return task.ended();
}

inline bool storing(const model_task& task) {
    return task.record.state == task::state::storing;
}

inline std::string name_of(const queue::token& token) {
    return token.id + "#" + std::to_string(token.attempt) + "." + token.nonce.substr(0, 4);
}

} // namespace imagined::test
