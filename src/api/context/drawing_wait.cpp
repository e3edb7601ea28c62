#include "context/drawing_wait.hpp"

#include <utility>

namespace imagined::api {

namespace {

// While the process drains, only a call that is under way is waited for.
bool is_under_way(const std::optional<queue::snapshot>& seen) {
    return seen
           && (seen->record.state == task::state::calling
               || seen->record.state == task::state::storing);
}

} // namespace

awaitable<result<std::optional<queue::snapshot>>> wait_for_end(context& api, std::string id) {
    completion_waiter::wish wish;
    wish.id = std::move(id);
    wish.fulfilled = [](const queue::snapshot& task) {
        return task::is_terminal(task.record.state);
    };
    wish.leaves = [&api](const completion_waiter::latest& seen) {
        return api.parts.ready().draining && !is_under_way(seen);
    };
    auto seen = co_await api.waiter.wait(std::move(wish));
    if (!seen) {
        co_return seen.error();
    }
    if (*seen && !task::is_terminal((*seen)->record.state)) {
        seen->reset();
    }
    co_return std::move(*seen);
}

} // namespace imagined::api
