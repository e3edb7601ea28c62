// /v1/admin/reload: what SIGHUP does, of the process that is asked.
#include "admin/handlers.hpp"
#include "admin/operators.hpp"
#include "answers/answers.hpp"
#include "answers/problem.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace imagined::api {

awaitable<http::response> reload_configuration(context& api, call from) {
    if (auto refused = refuse_others(from)) {
        co_return std::move(*refused);
    }
    const reloaded told = api.parts.reload ? api.parts.reload() : reloaded{};
    if (!told.errors.empty()) {
        co_return problem_answer(
            problems::invalid_configuration, fmt::format("{}", fmt::join(told.errors, "\n"))
        );
    }
    const nlohmann::json value{{"needRestart", told.need_restart}, {"warnings", told.warnings}};
    http::response answer =
        json_answer(200, value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    answer.headers.set("Cache-Control", "no-store");
    co_return answer;
}

} // namespace imagined::api
