// GET /v1/stats: what became of the tasks that the key may see in the last hour, day or week, and
// for those who see all, how the queue stands.
#include "answers/answers.hpp"
#include "answers/problem.hpp"
#include "v1/handlers.hpp"
#include "v1/look.hpp"
#include "v1/tally.hpp"

#include "imagined/task/money.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace imagined::api {

namespace {

using nlohmann::json;

constexpr std::size_t page = 200;
// An answer looks at no more tasks than this; `complete` tells whether these were all.
constexpr std::size_t most_tasks = 2000;
constexpr unix_millis minute = 60000;

struct window {
    std::string_view name;
    unix_millis step;
    std::size_t steps;
};

constexpr std::array windows{
    window{"1h", minute, 60}, window{"24h", 30 * minute, 48}, window{"7d", 240 * minute, 42}
};

struct seen_tasks {
    std::vector<task::record> tasks;
    bool complete = true;
};

// Newest first, so that what is left out is the oldest. Ids begin with the time of submit; a task
// that was submitted before the window and ended in it is left out, and missed by nobody.
awaitable<result<seen_tasks>> tasks_since(context& api, queue::scope who, unix_millis from) {
    seen_tasks seen;
    queue::id_range ids;
    ids.from = fmt::format("{:016}", from * 1000);
    while (seen.tasks.size() < most_tasks) {
        auto found = co_await api.parts.tasks.newest(who, page, ids);
        if (!found) {
            co_return found.error();
        }
        const bool last = found->size() < page;
        for (auto& one : *found) {
            ids.before = one.record.id;
            seen.tasks.push_back(std::move(one.record));
        }
        if (last) {
            co_return seen;
        }
    }
    seen.complete = false;
    co_return seen;
}

// Money is the operator's.
json now_json(const queue::statistics& counted, const identity& who) {
    const auto age = counted.oldest_waiting == 0 ? 0 : counted.now - counted.oldest_waiting;
    return {
        {"waiting", counted.waiting},
        {"running", counted.running},
        {"needsInput", counted.modal},
        {"oldestWaitingMs", std::max<unix_millis>(0, age)},
        {"callbacksOwed", counted.outbox},
        {"deadLetters", counted.dead_letters},
        {"workers", counted.workers},
        {"spentUsdToday",
         who.is_operator()
             ? json(static_cast<double>(counted.spent_micros_today) / task::micros_per_dollar)
             : json(nullptr)}
    };
}

} // namespace

awaitable<http::response> show_stats(context& api, call from) {
    const auto wanted = http::query_value(from.request.query, "window").value_or("1h");
    const auto* chosen = std::find_if(windows.begin(), windows.end(), [&](const window& one) {
        return one.name == wanted;
    });
    if (chosen == windows.end()) {
        co_return problem_answer(problems::invalid_request, "window: expected 1h, 24h or 7d");
    }
    tally_span over;
    over.step = chosen->step;
    over.steps = chosen->steps;
    over.from = api.parts.tasks.now() - over.step * static_cast<unix_millis>(over.steps);
    const auto seen = co_await tasks_since(api, from.who.scope(), over.from);
    if (!seen) {
        co_return live_failure(seen.error(), "tell statistics", from.lang);
    }
    json told = tally(seen->tasks, over);
    told["window"] = chosen->name;
    told["complete"] = seen->complete;
    told["now"] =
        from.who.sees_all ? now_json(co_await api.counted.now(), from.who) : json(nullptr);
    http::response answer = json_answer(200, told.dump());
    answer.headers.set("Cache-Control", "no-store");
    co_return answer;
}

} // namespace imagined::api
