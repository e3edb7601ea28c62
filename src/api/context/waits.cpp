#include "context/waits.hpp"

#include "context/trouble.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace imagined::api {

namespace {

trouble_facts facts_of(const context& api, const queue::statistics& counted) {
    return {
        .backends = api.parts.backends,
        .counted = counted,
        .max_spend_per_day = api.options.max_spend_per_day,
        .disk_full = api.parts.ready().no_room
    };
}

bool may_wait(const queue::snapshot& task) {
    return task.record.state == task::state::queued || task.record.state == task::state::leased;
}

} // namespace

awaitable<> note_waits(context& api, std::vector<queue::snapshot>& tasks, task::language in) {
    if (std::none_of(tasks.begin(), tasks.end(), may_wait)) {
        co_return;
    }
    const auto counted = co_await api.counted.now();
    const trouble_facts facts = facts_of(api, counted);
    // Tasks of a lane and a caller wait for the same.
    std::map<std::tuple<std::string, std::string, task::state>, std::optional<task::wait_reason>>
        known;
    for (auto& one : tasks) {
        const task::record& record = one.record;
        if (!may_wait(one) || record.paid) {
            continue;
        }
        const auto [at, first] =
            known.try_emplace(std::tuple(record.lane, record.caller, record.state));
        if (first) {
            at->second = wait_reason_of(record, facts, in);
        }
        one.waits = at->second;
    }
}

awaitable<> note_wait(context& api, queue::snapshot& task, task::language in) {
    if (!may_wait(task)) {
        co_return;
    }
    const auto counted = co_await api.counted.now();
    task.waits = wait_reason_of(task.record, facts_of(api, counted), in);
}

awaitable<std::vector<std::string>> current_troubles(context& api) {
    const auto counted = co_await api.counted.now();
    co_return trouble_warnings(facts_of(api, counted));
}

} // namespace imagined::api
