// Running verbs, and comparing by words: what is compared is printed alike when it differs.
#pragma once

#include "queue_walk.hpp"
#include "tests/support/run_coroutine.hpp"

#include <sstream>

namespace imagined::test {

template <class T>
std::string words_of(const std::vector<T>& values) {
    std::ostringstream out;
    for (const auto& one : values) {
        out << one << ' ';
    }
    return out.str();
}

template <class T>
std::string words_of(const std::set<T>& values) {
    return words_of(std::vector<T>(values.begin(), values.end()));
}

template <class T>
std::string words_of(const result<T>& answer) {
    if (!answer) {
        return "refused: " + std::string(to_string(answer.error().kind));
    }
    if constexpr (std::is_void_v<T>) {
        return "ok";
    } else {
        return std::to_string(static_cast<int>(*answer));
    }
}

std::string words_of(const queue_model::refusal& refusal);
std::string words_of(const task::record& record);
// The model's record, with its calls if asked for.
std::string words_of(const model_task& task, bool with_calls);

inline std::string words_of(const std::string& text) {
    return text;
}

inline std::string words_of(const char* text) {
    return text;
}

template <class T>
    requires std::is_arithmetic_v<T>
std::string words_of(T value) {
    return std::to_string(value);
}

// Whether it was done, without what it answered.
template <class T>
result<void> fate_of(const result<T>& answer) {
    return answer ? result<void>() : result<void>(answer.error());
}

template <class T>
T queue_walk::run(awaitable<T> verb) {
    auto held = std::make_shared<awaitable<T>>(std::move(verb));
    return run_on<T>(context_, [held]() -> awaitable<T> { return std::move(*held); });
}

template <class A, class B>
void queue_walk::expect(const std::string& what, const A& wanted, const B& found) const {
    const auto a = words_of(wanted);
    const auto b = words_of(found);
    if (a != b) {
        throw mismatch(what + ": the model says\n    " + a + "\nRedis says\n    " + b);
    }
}

} // namespace imagined::test
