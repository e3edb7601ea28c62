// GET /v1/tasks: the caller's tasks, newest first, page by page. The next page begins below an id,
// so what is submitted meanwhile shifts nothing.
#include "answers/answers.hpp"
#include "answers/problem.hpp"
#include "context/waits.hpp"
#include "http/whole_number.hpp"
#include "v1/handlers.hpp"
#include "v1/look.hpp"
#include "views/shown_task.hpp"

#include "imagined/task/submission.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace imagined::api {

namespace {

constexpr std::size_t default_limit = 20;
constexpr std::size_t max_limit = 100;
// What a filter may look through for one answer; the next page goes on from there.
constexpr std::size_t scan_page = 100;
constexpr std::size_t max_scanned = 1000;
constexpr unix_millis end_of_ids = 10'000'000'000'000; // ids begin with 13 digits of milliseconds

constexpr std::array<std::string_view, 6> statuses{
    "waiting", "needs_input", "running", "succeeded", "failed", "cancelled"
};

struct filter {
    std::vector<std::string> statuses;
    std::vector<task::action> actions;
    queue::id_range ids;
    std::size_t limit = default_limit;

    bool picks() const { return !statuses.empty() || !actions.empty(); }
};

std::vector<std::string> words_of(std::string_view list) {
    std::vector<std::string> words;
    while (!list.empty()) {
        const auto end = std::min(list.find(','), list.size());
        words.emplace_back(list.substr(0, end));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return words;
}

std::string first_id_at(unix_millis time) {
    return fmt::format("{:016}", time * 1000);
}

bool read_statuses(const std::string& given, filter& into) {
    into.statuses = words_of(given);
    return std::all_of(into.statuses.begin(), into.statuses.end(), [](const std::string& one) {
        return std::find(statuses.begin(), statuses.end(), one) != statuses.end();
    });
}

bool read_actions(const std::string& given, filter& into) {
    for (const std::string& word : words_of(given)) {
        const auto action = task::parse_action(word);
        if (!action) {
            return false;
        }
        into.actions.push_back(*action);
    }
    return true;
}

bool read_time(const std::string& given, std::string& into) {
    const auto time = whole_number(given, 0, end_of_ids - 1);
    into = time ? first_id_at(*time) : "";
    return time.has_value();
}

bool read_limit(const std::string& given, filter& into) {
    const auto limit = whole_number(given, 1, max_limit);
    into.limit = limit ? static_cast<std::size_t>(*limit) : default_limit;
    return limit.has_value();
}

bool read_cursor(const std::string& given, filter& into) {
    if (into.ids.before.empty() || given < into.ids.before) {
        into.ids.before = given;
    }
    return store::is_task_id(given);
}

// "" or the parameter that cannot be used.
std::string_view read_filter(const std::string& query, filter& into) {
    const auto given = [&](std::string_view name) { return http::query_value(query, name); };
    if (const auto text = given("status"); text && !read_statuses(*text, into)) {
        return "status: expected waiting, needs_input, running, succeeded, failed or cancelled";
    }
    if (const auto text = given("action"); text && !read_actions(*text, into)) {
        return "action: expected actions as tasks show them, as IMAGINE";
    }
    if (const auto text = given("since"); text && !read_time(*text, into.ids.from)) {
        return "since: expected milliseconds since 1970";
    }
    if (const auto text = given("until"); text && !read_time(*text, into.ids.before)) {
        return "until: expected milliseconds since 1970";
    }
    if (const auto text = given("limit"); text && !read_limit(*text, into)) {
        return "limit: expected 1 to 100";
    }
    if (const auto text = given("cursor"); text && !read_cursor(*text, into)) {
        return "cursor: expected the `next` of the page before";
    }
    return "";
}

bool meets(const queue::snapshot& task, const filter& wanted) {
    const auto is_one_of = [](const auto& list, const auto& value) {
        return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
    };
    if (!is_one_of(wanted.statuses, live_status(task.record))) {
        return false;
    }
    if (wanted.actions.empty()) {
        return true;
    }
    const auto submitted = task::submission_from_text(task.submission);
    return submitted && is_one_of(wanted.actions, submitted->what);
}

struct live_page {
    std::vector<queue::snapshot> tasks;
    std::string next; // "" at the end
};

awaitable<result<live_page>> collect(queue::reading& tasks, queue::scope who, filter wanted) {
    live_page collected;
    const std::size_t step = wanted.picks() ? scan_page : wanted.limit;
    for (std::size_t scanned = 0; scanned < max_scanned;) {
        auto found = co_await tasks.newest(who, step, wanted.ids);
        if (!found) {
            co_return found.error();
        }
        scanned += found->size();
        const bool last = found->size() < step;
        for (auto& task : *found) {
            wanted.ids.before = task.record.id;
            collected.next = task.record.id;
            if (meets(task, wanted)) {
                collected.tasks.push_back(std::move(task));
            }
            if (collected.tasks.size() == wanted.limit) {
                co_return collected;
            }
        }
        if (last) {
            collected.next.clear();
            co_return collected;
        }
    }
    co_return collected;
}

// Places in the queue of those that wait, in the order of the page.
awaitable<std::vector<std::optional<live_place>>>
places_of(context& api, queue::scope who, const std::vector<queue::snapshot>& tasks) {
    std::vector<std::optional<live_place>> places(tasks.size());
    std::vector<queue::follow_wish> wishes;
    std::vector<std::size_t> waiting;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        if (live_status(tasks[i].record) == "waiting") {
            wishes.push_back({tasks[i].record.id, who, std::nullopt});
            waiting.push_back(i);
        }
    }
    if (wishes.empty()) {
        co_return places;
    }
    const auto found = co_await api.parts.tasks.follow(std::move(wishes));
    for (std::size_t i = 0; found && i < waiting.size(); ++i) {
        if ((*found)[i]) {
            places[waiting[i]] = co_await place_of(api, *(*found)[i]);
        }
    }
    co_return places;
}

} // namespace

awaitable<http::response> list_live_tasks(context& api, call from) {
    filter wanted;
    if (const auto wrong = read_filter(from.request.query, wanted); !wrong.empty()) {
        co_return problem_answer(problems::invalid_request, wrong);
    }
    auto found = co_await collect(api.parts.tasks, from.who.scope(), std::move(wanted));
    if (!found) {
        co_return live_failure(found.error(), "list tasks", from.lang);
    }
    const auto places = co_await places_of(api, from.who.scope(), found->tasks);
    co_await note_waits(api, found->tasks, from.lang);
    const unix_millis now = api.parts.tasks.now();
    std::vector<std::string> shown;
    for (std::size_t i = 0; i < found->tasks.size(); ++i) {
        if (auto text = live_task(found->tasks[i], places[i], api.here(), now)) {
            shown.push_back(std::move(*text));
        }
    }
    const std::string next = found->next.empty() ? "null" : "\"" + found->next + "\"";
    co_return json_answer(200, "{\"tasks\":" + json_array(shown) + ",\"next\":" + next + "}");
}

} // namespace imagined::api
