#include "answers/answers.hpp"
#include "answers/texts.hpp"
#include "context/opened_body.hpp"
#include "context/waits.hpp"
#include "mj/handlers.hpp"
#include "views/displays.hpp"
#include "views/shown_task.hpp"

#include <nlohmann/json.hpp>

#include <unordered_set>

namespace imagined::api {

namespace {

constexpr std::size_t newest_shown = 100;
constexpr std::size_t unfinished_shown = 1000;
// new-api asks for all unfinished tasks of a channel at once; one read at a time stays small.
constexpr std::size_t ids_in_one_read = 200;
constexpr std::size_t max_ids = 20000; // the rest is left out
// Above this, showing tasks takes longer than handing them to the pool and back.
constexpr std::size_t max_shown_inline = 50;

using snapshots = std::vector<queue::snapshot>;

// What can be an id at all, each once, in the order asked for; the first max_ids of them.
std::vector<std::string> plausible(std::vector<std::string> ids) {
    std::vector<std::string> kept;
    std::unordered_set<std::string_view> seen;
    for (const std::string& id : ids) {
        if (seen.size() < max_ids && store::is_task_id(id)) {
            seen.insert(id);
        }
    }
    kept.reserve(seen.size());
    for (std::string& id : ids) {
        if (seen.erase(id) > 0) {
            kept.push_back(std::move(id));
        }
    }
    return kept;
}

awaitable<result<snapshots>>
read_all(context& api, queue::scope who, std::vector<std::string> ids) {
    snapshots found;
    for (std::size_t first = 0; first < ids.size(); first += ids_in_one_read) {
        const auto last = std::min(first + ids_in_one_read, ids.size());
        std::vector<std::string> some(
            std::make_move_iterator(ids.begin() + static_cast<std::ptrdiff_t>(first)),
            std::make_move_iterator(ids.begin() + static_cast<std::ptrdiff_t>(last))
        );
        auto read = co_await api.parts.tasks.read(who, std::move(some));
        if (!read) {
            co_return read.error();
        }
        std::move(read->begin(), read->end(), std::back_inserter(found));
    }
    co_return found;
}

struct asked_tasks {
    snapshots found;
    std::optional<http::response> refused;
};

// The tasks that the body's `ids` name and the caller may see.
awaitable<asked_tasks> read_asked(context& api, call& from) {
    asked_tasks asked;
    opened_body body = co_await open_body(api, from);
    if (body.refused) {
        asked.refused = show(*body.refused, from.lang);
        co_return asked;
    }
    auto ids = plausible(body.fields.ids("ids"));
    if (body.fields.error()) {
        asked.refused = show(*body.fields.error(), from.lang);
        co_return asked;
    }
    auto found = co_await read_all(api, from.who.scope(), std::move(ids));
    if (!found) {
        asked.refused = show(failed(found.error(), "list tasks"), from.lang);
        co_return asked;
    }
    co_await note_waits(api, *found, from.lang);
    asked.found = std::move(*found);
    co_return asked;
}

awaitable<http::response> listed(context& api, result<snapshots> found, task::language in) {
    if (!found) {
        co_return show(failed(found.error(), "list tasks"), in);
    }
    co_await note_waits(api, *found, in);
    co_return json_answer(200, json_array(task_jsons(*found, api.here(), api.parts.tasks.now())));
}

enum class displays { none, added };

std::string shown_text(
    const snapshots& found, const shown_at& where, unix_millis now, displays with, task::language in
) {
    auto shown = task_jsons(found, where, now);
    if (with == displays::added) {
        for (std::string& text : shown) {
            text = with_displays(text, in);
        }
    }
    return json_array(shown);
}

awaitable<http::response> list_asked(context& api, call from, displays with) {
    asked_tasks asked = co_await read_asked(api, from);
    if (asked.refused) {
        co_return std::move(*asked.refused);
    }
    const auto now = api.parts.tasks.now();
    if (asked.found.size() <= max_shown_inline) {
        co_return json_answer(200, shown_text(asked.found, api.here(), now, with, from.lang));
    }
    // The addresses of this moment: the loop may learn others meanwhile.
    auto job = [found = std::move(asked.found),
                pictures = api.parts.pictures,
                url = api.here().public_url,
                now,
                with,
                in = from.lang] { return shown_text(found, {pictures, url}, now, with, in); };
    auto text = co_await api.parts.pool.run(std::move(job));
    if (!text) {
        co_return show(failed(text.error(), "list tasks"), from.lang);
    }
    co_return json_answer(200, std::move(*text));
}

} // namespace

awaitable<http::response> list_newest(context& api, call from) {
    auto found = co_await api.parts.tasks.newest(from.who.scope(), newest_shown);
    co_return co_await listed(api, std::move(found), from.lang);
}

awaitable<http::response> list_unfinished(context& api, call from) {
    auto found = co_await api.parts.tasks.unfinished(from.who.scope(), unfinished_shown);
    co_return co_await listed(api, std::move(found), from.lang);
}

awaitable<http::response> list_by_condition(context& api, call from) {
    return list_asked(api, std::move(from), displays::none);
}

awaitable<http::response> list_by_ids(context& api, call from) {
    return list_asked(api, std::move(from), displays::added);
}

} // namespace imagined::api
