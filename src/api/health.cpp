#include "health.hpp"

#include "answers/answers.hpp"
#include "context/waits.hpp"
#include "openapi_text.hpp"
#include "queue_gauges.hpp"

#include "imagined/base/log_writer.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace imagined::api {

awaitable<http::response> show_health(context& /*api*/, call /*from*/) {
    co_return json_answer(200, R"({"status":"ok"})");
}

awaitable<http::response> show_readiness(context& api, call /*from*/) {
    readiness now = api.parts.ready();
    std::vector<std::string> troubles;
    if (now.ready && !now.draining) {
        troubles = co_await current_troubles(api);
        now = api.parts.ready(); // which may be what the look at the troubles was waiting for
    }
    nlohmann::json body;
    if (now.ready && !now.draining) {
        body["status"] = "ready";
        for (auto& warning : troubles) {
            now.warnings.push_back(std::move(warning));
        }
        body["warnings"] = now.warnings;
        co_return json_answer(200, body.dump());
    }
    body["status"] = "not_ready";
    body["reason"] = now.draining && now.reason.empty() ? "draining" : now.reason;
    http::response answer = json_answer(503, body.dump());
    answer.headers.set("Retry-After", "1");
    co_return answer;
}

awaitable<http::response> show_metrics(context& api, call /*from*/) {
    co_await measure_queue(api);
    const std::uint64_t dropped = log::dropped_lines();
    api.parts.metrics.count(
        "imagined_log_lines_dropped_total",
        "Lines of the log that nobody read in time.",
        {},
        static_cast<double>(dropped - std::exchange(api.dropped_lines, dropped))
    );
    http::response answer;
    answer.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    answer.body = api.parts.metrics.text();
    co_return answer;
}

awaitable<http::response> show_openapi(context& /*api*/, call /*from*/) {
    co_return json_answer(200, std::string(openapi_text()));
}

awaitable<http::response> show_key_set(context& api, call /*from*/) {
    http::response answer = json_answer(200, api.parts.courier.key_set());
    answer.headers.set("Content-Type", "application/jwk-set+json");
    answer.headers.set("Cache-Control", "public, max-age=3600");
    co_return answer;
}

} // namespace imagined::api
