// /v1/admin/…: what the operator's key sees and does beyond tasks. Nothing here tells a key: slots
// carry the digest's first digits, callers their names.
#include "admin/handlers.hpp"
#include "admin/operators.hpp"
#include "answers/answers.hpp"
#include "answers/problem.hpp"
#include "answers/texts.hpp"
#include "imagined/submit/texts.hpp"
#include "v1/look.hpp"

#include <nlohmann/json.hpp>

namespace imagined::api {

using nlohmann::json;

awaitable<http::response> show_callers(context& api, call from) {
    if (auto refused = refuse_others(from)) {
        co_return std::move(*refused);
    }
    json callers = json::array();
    for (const caller_options& one : api.options.callers) {
        callers.push_back(
            {{"name", one.name},
             {"weight", one.weight},
             {"maxWaiting", one.max_waiting},
             {"maxRunning", one.max_running},
             {"sees", one.sees_all ? "all" : "own"},
             {"role", one.reads_only ? "viewer" : "client"}}
        );
    }
    const json told{{"operatorKeys", api.options.api_keys.size()}, {"callers", std::move(callers)}};
    co_return json_answer(200, told.dump());
}

awaitable<http::response> redeliver_callback(context& api, call from) {
    if (auto refused = refuse_others(from)) {
        co_return std::move(*refused);
    }
    if (!store::is_task_id(from.values[0])) {
        co_return problem_answer(problems::no_task, submit::texts::no_task, from.lang);
    }
    const auto due = co_await api.parts.operating.replay_callback(from.values[0], operators_name);
    if (!due && due.error().kind == failure_kind::conflict) {
        co_return problem_answer(problems::no_callback, texts::no_callback, from.lang);
    }
    if (!due) {
        co_return live_failure(due.error(), "redeliver a callback", from.lang);
    }
    co_return json_answer(202, R"({"id":")" + from.values[0] + R"(","callback":"due"})");
}

} // namespace imagined::api
