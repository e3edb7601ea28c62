#include "imagined/submit/read_one.hpp"

#include "imagined/store/image_store.hpp"

#include <utility>
#include <vector>

namespace imagined::submit {

awaitable<result<queue::snapshot>>
read_one(queue::reading& tasks, queue::scope who, std::string id) {
    if (!store::is_task_id(id)) {
        co_return failure{failure_kind::not_found, "not a task id"};
    }
    std::vector<std::string> ids;
    ids.push_back(std::move(id));
    auto found = co_await tasks.read(std::move(who), std::move(ids));
    if (!found) {
        co_return found.error();
    }
    if (found->empty()) {
        co_return failure{failure_kind::not_found, "no such task"};
    }
    co_return std::move(found->front());
}

} // namespace imagined::submit
