// /v1/admin/queue: whether tasks are taken and handed out; /v1/admin/activity: what operators did.
#include "admin/handlers.hpp"
#include "admin/operators.hpp"
#include "answers/answers.hpp"
#include "answers/problem.hpp"
#include "answers/texts.hpp"
#include "context/opened_body.hpp"
#include "http/whole_number.hpp"
#include "v1/look.hpp"

#include <nlohmann/json.hpp>

namespace imagined::api {

namespace {

using nlohmann::json;

constexpr std::string_view paused = "paused";
constexpr std::string_view open = "open";
constexpr std::string_view running = "running";
constexpr std::int64_t usual_actions = 100;
constexpr std::int64_t most_actions = 500;

json moment_json(unix_millis at) {
    return at == 0 ? json(nullptr) : json(at);
}

http::response switches_answer(const queue::switches& all) {
    const json told{
        {"intake", all.intake_paused_since == 0 ? open : paused},
        {"intakePausedSince", moment_json(all.intake_paused_since)},
        {"dispatch", all.dispatch_paused_since == 0 ? running : paused},
        {"dispatchPausedSince", moment_json(all.dispatch_paused_since)}
    };
    http::response answer = json_answer(200, told.dump());
    answer.headers.set("Cache-Control", "no-store");
    return answer;
}

// Whether the field asks for a pause; nullopt when it is absent. Errors are remembered in `fields`.
std::optional<bool> read_pause(json_body& fields, std::string_view name, std::string_view other) {
    const std::string word = fields.text(name);
    if (word.empty() && !fields.has(name)) {
        return std::nullopt;
    }
    if (word != paused && word != other) {
        const std::string both = std::string(other) + " / " + std::string(paused);
        fields.refuse(name, {"应为 " + both, "expected " + both});
    }
    return word == paused;
}

// What a switch stood at, in the words of the API.
json position(const std::string& what, const std::string& at) {
    if (what == "limit") {
        return at.empty() ? json(nullptr) : json::parse(at, nullptr, false);
    }
    if (at.empty()) {
        return what == "intake" ? open : running;
    }
    return at;
}

// Keys are called by their labels, as everywhere.
json action_json(const queue::operator_action& done, const backend::roster& backends) {
    return {
        {"at", done.at},
        {"who", done.who},
        {"what", done.what},
        {"of", done.of.empty() ? json(nullptr) : json(backends.label_of(done.of))},
        {"before", position(done.what, done.before)},
        {"after", position(done.what, done.after)}
    };
}

} // namespace

awaitable<http::response> show_queue_switches(context& api, call from) {
    if (auto refused = refuse_others(from)) {
        co_return std::move(*refused);
    }
    const auto all = co_await api.parts.tasks.show_switches();
    if (!all) {
        co_return live_failure(all.error(), "show the switches", from.lang);
    }
    co_return switches_answer(*all);
}

awaitable<http::response> switch_queue(context& api, call from) {
    if (auto refused = refuse_others(from)) {
        co_return std::move(*refused);
    }
    opened_body body = co_await open_body(api, from);
    if (body.refused) {
        co_return problem_answer(*body.refused, from.lang);
    }
    queue::queue_change wanted;
    wanted.pause_intake = read_pause(body.fields, "intake", open);
    wanted.pause_dispatch = read_pause(body.fields, "dispatch", running);
    if (!wanted.pause_intake && !wanted.pause_dispatch) {
        body.fields.refuse_as("intake", texts::no_queue_change);
    }
    if (body.fields.error()) {
        co_return problem_answer(*body.fields.error(), from.lang);
    }
    const auto all = co_await api.parts.operating.switch_queue(operators_name, wanted);
    if (!all) {
        co_return live_failure(all.error(), "switch the queue", from.lang);
    }
    co_return switches_answer(*all);
}

awaitable<http::response> show_activity(context& api, call from) {
    if (auto refused = refuse_others(from)) {
        co_return std::move(*refused);
    }
    const auto given = http::query_value(from.request.query, "limit");
    const auto most = given ? whole_number(*given, 1, most_actions) : usual_actions;
    if (!most) {
        co_return problem_answer(problems::invalid_request, "limit: expected 1 to 500");
    }
    const auto done = co_await api.parts.operating.activity(static_cast<std::size_t>(*most));
    if (!done) {
        co_return live_failure(done.error(), "show what was done", from.lang);
    }
    json actions = json::array();
    for (const queue::operator_action& one : *done) {
        actions.push_back(action_json(one, api.parts.backends));
    }
    const json told{{"actions", std::move(actions)}};
    http::response answer =
        json_answer(200, told.dump(-1, ' ', false, json::error_handler_t::replace));
    answer.headers.set("Cache-Control", "no-store");
    co_return answer;
}

} // namespace imagined::api
