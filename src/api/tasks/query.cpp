#include "answers.hpp"
#include "handlers.hpp"
#include "opened_body.hpp"
#include "tasks/shown_task.hpp"
#include "waits.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>
#include <unordered_set>
#include <utility>

namespace imagined::api {

namespace {

// The search looks at the newest tasks only; there is no index of texts behind it.
constexpr std::size_t tasks_searched = 1000;
constexpr std::int64_t default_page_size = 10;
constexpr std::int64_t max_page_size = 100;
constexpr std::size_t max_ids_asked = 20000; // the rest is left out

struct conditions {
    std::vector<std::pair<std::string, std::unordered_set<std::string>>> equal; // any of
    std::vector<std::pair<std::string, std::string>> within;                    // substring
    std::int64_t page = 0;
    std::int64_t size = default_page_size;
    bool oldest_first = false;
};

conditions read_conditions(json_body& fields) {
    conditions wanted;
    constexpr std::array texts{"prompt", "promptEn", "description", "failReason"};
    for (const char* name : texts) {
        wanted.within.emplace_back(name, fields.text(name));
    }
    const auto any_of = [&wanted](const char* name, std::vector<std::string> texts) {
        const auto end = std::make_move_iterator(texts.end());
        wanted.equal.emplace_back(
            std::piecewise_construct,
            std::forward_as_tuple(name),
            std::forward_as_tuple(std::make_move_iterator(texts.begin()), end)
        );
    };
    for (const char* name : {"action", "state"}) {
        any_of(name, fields.texts(name));
    }
    auto statuses = fields.texts("statusSet");
    for (std::string& status : fields.texts("status")) {
        statuses.push_back(std::move(status));
    }
    any_of("status", std::move(statuses));
    auto ids = fields.ids("ids");
    if (std::string id = fields.id("id"); !id.empty()) {
        ids.push_back(std::move(id));
    }
    ids.resize(std::min(ids.size(), max_ids_asked));
    any_of("id", std::move(ids));
    wanted.page = std::max<std::int64_t>(fields.integer("pageNumber").value_or(0), 0);
    wanted.size = std::clamp<std::int64_t>(
        fields.integer("pageSize").value_or(default_page_size), 1, max_page_size
    );
    wanted.oldest_first = fields.text("sort").ends_with(",asc");
    return wanted;
}

std::string_view text_at(const nlohmann::json& view, const std::string& key) {
    const auto found = view.find(key);
    return found != view.end() && found->is_string()
               ? std::string_view(found->get_ref<const std::string&>())
               : std::string_view{};
}

bool meets(const nlohmann::json& view, const conditions& wanted) {
    const auto is_one_of = [&](const auto& condition) {
        const auto& [key, allowed] = condition;
        return allowed.empty() || allowed.contains(std::string(text_at(view, key)));
    };
    const auto holds = [&](const auto& condition) {
        return text_at(view, condition.first).find(condition.second) != std::string_view::npos;
    };
    return std::all_of(wanted.equal.begin(), wanted.equal.end(), is_one_of)
           && std::all_of(wanted.within.begin(), wanted.within.end(), holds);
}

std::string page_of(std::vector<std::string> met, const conditions& wanted) {
    if (wanted.oldest_first) {
        std::reverse(met.begin(), met.end());
    }
    const std::size_t total = met.size();
    const auto size = static_cast<std::size_t>(wanted.size);
    const auto page = std::min<std::uint64_t>(static_cast<std::uint64_t>(wanted.page), total);
    const auto first = std::min(static_cast<std::size_t>(page) * size, total);
    const auto last = std::min(first + size, total);
    const std::vector<std::string> shown(
        std::make_move_iterator(met.begin() + static_cast<std::ptrdiff_t>(first)),
        std::make_move_iterator(met.begin() + static_cast<std::ptrdiff_t>(last))
    );
    const nlohmann::json pagination{
        {"current", wanted.page}, {"pageSize", wanted.size}, {"total", total}
    };
    return "{\"list\":" + json_array(shown) + ",\"pagination\":" + pagination.dump() + "}";
}

std::string search(
    const std::vector<queue::snapshot>& tasks,
    const shown_at& where,
    const conditions& wanted,
    unix_millis now
) {
    std::vector<std::string> met = task_jsons(tasks, where, now);
    std::erase_if(met, [&](const std::string& text) {
        const auto view = nlohmann::json::parse(text, nullptr, false);
        return !view.is_object() || !meets(view, wanted);
    });
    return page_of(std::move(met), wanted);
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
    auto found = co_await api.parts.tasks.newest(from.who.scope(), tasks_searched);
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
                now] { return search(tasks, {pictures, url}, wanted, now); };
    auto page = co_await api.parts.pool.run(std::move(job));
    if (!page) {
        co_return show(failed(page.error(), "search tasks"), from.lang);
    }
    co_return json_answer(200, std::move(*page));
}

} // namespace imagined::api
