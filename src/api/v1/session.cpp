// /v1/session: signing in with a key, out again, and who one is.
#include "answers/answers.hpp"
#include "answers/problem.hpp"
#include "answers/texts.hpp"
#include "context/opened_body.hpp"
#include "context/visitors.hpp"
#include "v1/handlers.hpp"
#include "v1/look.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace imagined::api {

namespace {

constexpr std::chrono::hours session_length{24 * 7};

bool behind_https(const context& api, const http::fields& headers) {
    return api.options.public_url.starts_with("https://")
           || headers.get("X-Forwarded-Proto") == "https";
}

std::string cookie(const context& api, const call& from, std::string_view value, seconds age) {
    return fmt::format(
        "{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}",
        session_cookie(api.options.public_url),
        value,
        age.count(),
        behind_https(api, from.request.headers) ? "; Secure" : ""
    );
}

std::string_view role_of(const identity& who) {
    return who.is_operator() ? "operator" : who.reads_only ? "viewer" : "caller";
}

http::response described(const context& api, const std::optional<identity>& who) {
    const nlohmann::json told{
        {"signedIn", who.has_value()},
        {"open", api.keys.open()},
        {"name", who ? nlohmann::json(who->name) : nlohmann::json(nullptr)},
        {"role", who ? nlohmann::json(role_of(*who)) : nlohmann::json(nullptr)},
        {"seesAll", who && who->sees_all},
        {"demo", api.options.demo},
    };
    http::response answer = json_answer(200, told.dump());
    answer.headers.set("Cache-Control", "no-store");
    return answer;
}

} // namespace

awaitable<http::response> show_session(context& api, call from) {
    const auto who = co_await known_visitor(api, from.request);
    if (!who) {
        co_return live_failure(who.error(), "look up a session", from.lang);
    }
    co_return described(api, *who);
}

awaitable<http::response> open_session(context& api, call from) {
    // Else a foreign page could sign its visitor in as somebody else.
    if (from_another_site(from.request.headers)) {
        co_return problem_answer(problems::foreign_site, texts::foreign_site, from.lang);
    }
    opened_body body = co_await open_body(api, from);
    if (body.refused) {
        co_return problem_answer(*body.refused, from.lang);
    }
    const std::string key = body.fields.text("key");
    if (body.fields.error()) {
        co_return problem_answer(*body.fields.error(), from.lang);
    }
    if (api.keys.open()) {
        co_return described(api, identity{.name = "", .sees_all = true});
    }
    const auto token =
        api.keys.open_session(key, system_clock().now() + milliseconds(session_length).count());
    if (!token) {
        co_await slow_down_guesses(api, from.request.peer, key.empty() ? 0 : 1);
        co_return problem_answer(problems::unauthorized, texts::unauthorized, from.lang);
    }
    http::fields signed_in;
    signed_in.set("Cookie", fmt::format("{}={}", session_cookie(api.options.public_url), *token));
    http::response answer = described(api, api.keys.session_of(signed_in));
    answer.headers.set("Set-Cookie", cookie(api, from, *token, session_length));
    co_return answer;
}

awaitable<http::response> close_session(context& api, call from) {
    if (from_another_site(from.request.headers)) {
        co_return problem_answer(problems::foreign_site, texts::foreign_site, from.lang);
    }
    if (auto who = api.keys.session_of(from.request.headers)) {
        const auto out = co_await api.parts.door.sign_out(std::move(*who->session));
        if (!out) {
            co_return live_failure(out.error(), "sign out", from.lang);
        }
    }
    http::response answer = described(api, std::nullopt);
    answer.headers.set("Set-Cookie", cookie(api, from, "", seconds(0)));
    co_return answer;
}

} // namespace imagined::api
