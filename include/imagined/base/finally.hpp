// Does something when its scope is left, however it is left: also where a coroutine is destroyed in
// its wait. (Boost.Scope has one from 1.85 on; Debian 12 has 1.81.)
#pragma once

#include <utility>

namespace imagined {

template <class Action>
class finally {
public:
    explicit finally(Action action) : action_(std::move(action)) {}

    finally(const finally&) = delete;
    finally& operator=(const finally&) = delete;

    ~finally() { action_(); }

private:
    Action action_;
};

} // namespace imagined
