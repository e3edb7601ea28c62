// The pages of trueai-org/midjourney-proxy's web UI beside drawing: sign-in, who I am, accounts,
// tasks, home. Read-only, by our keys; shapes as its version 11 reads them (contract §3).
#include "answers/answers.hpp"
#include "answers/texts.hpp"
#include "context/opened_body.hpp"
#include "context/visitors.hpp"
#include "context/waits.hpp"
#include "imagined/submit/texts.hpp"
#include "mj/handlers.hpp"
#include "mj/searched_tasks.hpp"
#include "views/displays.hpp"
#include "views/shown_task.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string>

namespace imagined::api {

namespace {

using nlohmann::json;

constexpr std::size_t tasks_searched = 1000; // the newest; there is no index of texts behind it
constexpr int not_signed_in = 401;

// The UI shows `message` of whatever says so.
http::response unsuccessful(int code, const task::bilingual& why, task::language in) {
    const std::string& text = why.in(in);
    return json_answer(
        200,
        json{{"success", false}, {"code", code}, {"message", text}, {"description", text}}.dump()
    );
}

// The body is one JSON string; nothing for what is not JSON, "" for JSON that is no string.
std::optional<std::string> key_in(const std::string& body) {
    const json told = json::parse(body, nullptr, false);
    if (told.is_discarded()) {
        return std::nullopt;
    }
    return told.is_string() ? told.get<std::string>() : std::string();
}

std::string page_of(
    const std::vector<queue::snapshot>& tasks,
    const shown_at& where,
    const task_search& wanted,
    unix_millis now,
    task::language in
) {
    std::vector<queue::snapshot> page;
    std::size_t total = 0;
    json actions = json::object();
    for (const queue::snapshot& one : tasks) {
        const auto made = task::submission_from_text(one.submission);
        if (!made || !meets(wanted, one.record, *made)) {
            continue;
        }
        const std::string action(to_string(made->what));
        actions[action] = actions.value(action, 0) + 1;
        if (total / wanted.size + 1 == wanted.page) {
            page.push_back(one);
        }
        ++total;
    }
    std::vector<std::string> shown = task_jsons(page, where, now);
    for (std::string& text : shown) {
        text = with_displays(text, in);
    }
    const json pagination{
        {"current", wanted.page},
        {"pageSize", wanted.size},
        {"total", total},
        {"pageCount", (total + wanted.size - 1) / wanted.size}
    };
    const json extra{
        {"total", total}, {"actionStats", std::move(actions)}, {"actionUseCount", total}
    };
    return "{\"list\":" + json_array(shown) + ",\"pagination\":" + pagination.dump()
           + ",\"extendData\":" + extra.dump() + "}";
}

// What the home page counts, of the newest tasks that its reader may see.
struct day_counts {
    int today = 0;
    int yesterday = 0;
    json drawn = json::object();     // mode -> action -> today's
    json cancelled = json::object(); // action -> today's
    json failed = json::object();
    int cancels = 0;
    int failures = 0;
};

void count(day_counts& into, const queue::snapshot& one, unix_millis today) {
    const unix_millis day = one.record.submitted / day_millis;
    into.yesterday += day == today - 1 ? 1 : 0;
    const auto made = task::submission_from_text(one.submission);
    if (day != today || !made) {
        return;
    }
    ++into.today;
    const std::string action(to_string(made->what));
    const std::string mode(made->mode ? to_string(*made->mode) : "FAST");
    json& of_mode = into.drawn[mode];
    of_mode[action] = of_mode.is_null() ? 1 : of_mode.value(action, 0) + 1;
    if (one.record.state == task::state::failure) {
        const bool cancelled = one.record.fail_code == task::fail_code::cancelled;
        json& those = cancelled ? into.cancelled : into.failed;
        those[action] = those.value(action, 0) + 1;
        ++(cancelled ? into.cancels : into.failures);
    }
}

} // namespace

awaitable<http::response> sign_in_to_ui(context& api, call from) {
    const auto sent = key_in(from.request.body);
    if (!sent) {
        co_return show(refuse_with_status(400, submit::texts::not_json), from.lang);
    }
    const std::string& key = *sent;
    http::fields told;
    if (!key.empty() && key.find_first_of("\r\n") == std::string::npos) {
        told.set("mj-api-secret", key);
    }
    const auto known = api.keys.identify(told);
    if (!known.who || known.who->only_metrics) {
        co_await slow_down_guesses(api, from.request.peer, key.empty() ? 0 : 1);
        co_return unsuccessful(not_signed_in, texts::unauthorized, from.lang);
    }
    co_return json_answer(
        200,
        json{{"code", 1}, {"apiSecret", key}}.dump(-1, ' ', false, json::error_handler_t::replace)
    );
}

awaitable<http::response> show_ui_user(context& /*api*/, call from) {
    const std::string name = from.who.is_operator() ? "operator" : from.who.name;
    const json user{
        {"id", name},
        {"userid", name},
        {"name", name},
        {"apiSecret", std::string(from.request.headers.get("mj-api-secret"))},
        {"version", "imagined"},
        {"active", true},
        {"imagePrefix", ""},
        {"avatar", ""},
        {"email", ""},
        {"signature", ""},
        {"title", ""},
        {"group", ""},
        {"tags", json::array({{{"key", "role"}, {"label", name}}})},
        {"notifyCount", 0},
        {"unreadCount", 0},
        {"country", ""},
        {"access", ""}, // its pages for changing things stay shut
        {"geographic",
         {{"province", {{"label", ""}, {"key", ""}}}, {"city", {{"label", ""}, {"key", ""}}}}},
        {"address", ""},
        {"phone", ""},
    };
    co_return json_answer(200, user.dump(-1, ' ', false, json::error_handler_t::replace));
}

awaitable<http::response> search_tasks_for_ui(context& api, call from) {
    opened_body body = co_await open_body(api, from);
    if (body.refused) {
        co_return show(*body.refused, from.lang);
    }
    const task_search wanted = read_task_search(body.fields);
    if (body.fields.error()) {
        co_return unsuccessful(
            static_cast<int>(code::bad_request), body.fields.error()->why, from.lang
        );
    }
    auto found = co_await api.parts.tasks.newest(from.who.scope(), tasks_searched);
    if (!found) {
        co_return show(failed(found.error(), "search tasks"), from.lang);
    }
    co_await note_waits(api, *found, from.lang);
    auto job = [tasks = std::move(*found),
                pictures = api.parts.pictures,
                url = api.here().public_url,
                wanted,
                now = api.parts.tasks.now(),
                in = from.lang] { return page_of(tasks, {pictures, url}, wanted, now, in); };
    auto page = co_await api.parts.pool.run(std::move(job));
    if (!page) {
        co_return show(failed(page.error(), "search tasks"), from.lang);
    }
    co_return json_answer(200, std::move(*page));
}

awaitable<http::response> show_ui_home(context& api, call from) {
    const auto who = co_await known_visitor(api, from.request);
    if (!who) {
        co_return show(failed(who.error(), "look up a session"), from.lang);
    }
    day_counts counts;
    const unix_millis now = api.parts.tasks.now();
    std::size_t total = 0;
    if (*who) { // a stranger is told nothing of others
        const auto found = co_await api.parts.tasks.newest((*who)->scope(), tasks_searched);
        if (!found) {
            co_return show(failed(found.error(), "count tasks"), from.lang);
        }
        total = found->size();
        for (const queue::snapshot& one : *found) {
            count(counts, one, now / day_millis);
        }
    }
    const json data{
        {"isRegister", false},
        {"isGuest", false},
        {"isDemoMode", false},
        {"version", "imagined"},
        {"todayDraw", counts.today},
        {"yesterdayDraw", counts.yesterday},
        {"totalDraw", total},
        {"notify", ""},
        {"tops", json::object()},
        {"privateIp", ""},
        {"systemInfo", json::object()}, // this host is nobody's business
        {"todayCounter", counts.drawn},
        {"todayCount", counts.today},
        {"todayCancelCounter", counts.cancelled},
        {"todayCancelCount", counts.cancels},
        {"todayFailCounter", counts.failed},
        {"todayFailCount", counts.failures},
        {"fastAvailableCount", 0},
        {"relaxAvailableCount", 0},
        {"youChuanRelaxAvailableCount", 0},
        {"todayWarningCount", 0},
        {"todayErrorCount", 0},
        {"nodes", json::array()},
    };
    const json home{
        {"success", true}, {"code", 1}, {"message", ""}, {"timestamp", now}, {"data", data}
    };
    co_return json_answer(200, home.dump());
}

} // namespace imagined::api
