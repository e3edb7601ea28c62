#include "answers/answers.hpp"
#include "context/opened_body.hpp"
#include "context/waits.hpp"
#include "mj/handlers.hpp"
#include "views/shown_task.hpp"

#include "imagined/task/fail_texts.hpp"
#include "imagined/task/progress.hpp"
#include "imagined/task/submission.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

namespace imagined::api {

namespace {

// The search looks at the newest tasks only; there is no index of texts behind it.
constexpr std::size_t tasks_queried = 1000;
constexpr std::int64_t default_page_size = 10;
constexpr std::int64_t max_page_size = 100;
// Of what is listed in a request; the rest is left out.
constexpr std::size_t max_ids_asked = 20000;
constexpr std::size_t max_words_asked = 1000;

// "" and an empty set hold for every task.
struct conditions {
    std::string prompt; // this and the next three: a part of the text
    std::string prompt_too;
    std::string description;
    std::string fail_reason;
    std::unordered_set<std::string> actions; // these: any of them
    std::unordered_set<std::string> states;
    std::unordered_set<std::string> statuses;
    std::unordered_set<std::string> ids;
    std::int64_t page = 0;
    std::int64_t size = default_page_size;
    bool oldest_first = false;
};

std::unordered_set<std::string> set_of(std::vector<std::string> texts, std::size_t most) {
    texts.resize(std::min(texts.size(), most));
    return {std::make_move_iterator(texts.begin()), std::make_move_iterator(texts.end())};
}

conditions read_conditions(json_body& fields) {
    conditions wanted;
    wanted.prompt = fields.text("prompt");
    wanted.prompt_too = fields.text("promptEn");
    wanted.description = fields.text("description");
    wanted.fail_reason = fields.text("failReason");
    wanted.actions = set_of(fields.texts("action"), max_words_asked);
    wanted.states = set_of(fields.texts("state"), max_words_asked);
    auto statuses = fields.texts("statusSet");
    for (std::string& status : fields.texts("status")) {
        statuses.push_back(std::move(status));
    }
    wanted.statuses = set_of(std::move(statuses), max_words_asked);
    auto ids = fields.ids("ids");
    if (std::string id = fields.id("id"); !id.empty()) {
        ids.push_back(std::move(id));
    }
    wanted.ids = set_of(std::move(ids), max_ids_asked);
    wanted.page = std::max<std::int64_t>(fields.integer("pageNumber").value_or(0), 0);
    wanted.size = std::clamp<std::int64_t>(
        fields.integer("pageSize").value_or(default_page_size), 1, max_page_size
    );
    wanted.oldest_first = fields.text("sort").ends_with(",asc");
    return wanted;
}

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

bool is_one_of(const std::unordered_set<std::string>& allowed, std::string_view value) {
    return allowed.empty() || allowed.contains(std::string(value));
}

// What a task shows as its prompt. That of a describe is what it has found, and stands nowhere but
// in the document that was stored with its end.
std::string shown_prompt(const queue::snapshot& task, const task::submission& submitted) {
    if (!submitted.prompt.empty() || submitted.what != task::action::describe) {
        return submitted.prompt;
    }
    const auto stored = nlohmann::json::parse(task.view, nullptr, false);
    const auto prompt = stored.is_object() ? stored.find("prompt") : stored.end();
    return stored.is_object() && prompt != stored.end() && prompt->is_string()
               ? prompt->get<std::string>()
               : std::string();
}

bool meets_prompt(
    const queue::snapshot& task, const task::submission& submitted, const conditions& wanted
) {
    if (wanted.prompt.empty() && wanted.prompt_too.empty()) {
        return true;
    }
    const std::string shown = shown_prompt(task, submitted);
    return holds(shown, wanted.prompt) && holds(shown, wanted.prompt_too);
}

bool meets_reason(const task::record& task, task::language in, const conditions& wanted) {
    return wanted.fail_reason.empty()
           || (task.state == task::state::failure
               && holds(task::failure_text(task, in), wanted.fail_reason));
}

bool meets(const queue::snapshot& task, const conditions& wanted) {
    const task::record& record = task.record;
    if (!is_one_of(wanted.ids, record.id)
        || !is_one_of(wanted.statuses, task::outward_status(record))) {
        return false;
    }
    const auto submitted = task::submission_from_text(task.submission);
    return submitted && is_one_of(wanted.actions, task::to_string(submitted->what))
           && is_one_of(wanted.states, submitted->state)
           && holds(submitted->description, wanted.description)
           && meets_reason(record, submitted->lang, wanted)
           && meets_prompt(task, *submitted, wanted);
}

// Of those that meet the conditions, only the page is rendered.
std::string search(
    std::vector<queue::snapshot> tasks,
    const shown_at& where,
    const conditions& wanted,
    unix_millis now
) {
    std::erase_if(tasks, [&](const queue::snapshot& one) { return !meets(one, wanted); });
    if (wanted.oldest_first) {
        std::reverse(tasks.begin(), tasks.end());
    }
    const std::size_t total = tasks.size();
    const auto size = static_cast<std::size_t>(wanted.size);
    const auto page = std::min<std::uint64_t>(static_cast<std::uint64_t>(wanted.page), total);
    const auto first = std::min(static_cast<std::size_t>(page) * size, total);
    const auto last = std::min(first + size, total);
    const std::vector<queue::snapshot> shown(
        std::make_move_iterator(tasks.begin() + static_cast<std::ptrdiff_t>(first)),
        std::make_move_iterator(tasks.begin() + static_cast<std::ptrdiff_t>(last))
    );
    const nlohmann::json pagination{
        {"current", wanted.page}, {"pageSize", wanted.size}, {"total", total}
    };
    return "{\"list\":" + json_array(task_jsons(shown, where, now))
           + ",\"pagination\":" + pagination.dump() + "}";
}

} // namespace

awaitable<http::response> query_tasks(context& api, call from) {
    opened_body body = co_await open_body(api, from);
    if (body.refused) {
        co_return show(*body.refused, from.lang);
    }
    conditions wanted = read_conditions(body.fields);
    if (body.fields.error()) {
        co_return show(*body.fields.error(), from.lang);
    }
    auto found = co_await api.parts.tasks.newest(from.who.scope(), tasks_queried);
    if (!found) {
        co_return show(failed(found.error(), "search tasks"), from.lang);
    }
    co_await note_waits(api, *found, from.lang);
    // On the pool: a thousand tasks are read. With the addresses of this moment: the loop may learn
    // others meanwhile.
    const auto now = api.parts.tasks.now();
    auto job = [tasks = std::move(*found),
                pictures = api.parts.pictures,
                url = api.here().public_url,
                wanted = std::move(wanted),
                now]() mutable { return search(std::move(tasks), {pictures, url}, wanted, now); };
    auto page = co_await api.parts.pool.run(std::move(job));
    if (!page) {
        co_return show(failed(page.error(), "search tasks"), from.lang);
    }
    co_return json_answer(200, std::move(*page));
}

} // namespace imagined::api
