// The native front: Ideogram's own requests, answered like any submit and fetched like any task.
#include "answers/answers.hpp"
#include "answers/texts.hpp"
#include "context/waits.hpp"
#include "ideogram/handlers.hpp"
#include "ideogram/read_request.hpp"
#include "ideogram/shown_answer.hpp"
#include "imagined/submit/read_one.hpp"
#include "mj/submits.hpp"
#include "views/shown_task.hpp"

#include <nlohmann/json.hpp>

namespace imagined::api {

awaitable<http::response> submit_native(context& api, call from) {
    const auto what = task::parse_operation(from.values[0]);
    if (!what) {
        co_return show(refuse_with_status(404, texts::no_operation), from.lang);
    }
    backend::native_question asked;
    asked.what = *what;
    asked.with_task_fields = true;
    auto made = co_await submit_native_request(api, from, asked);
    co_return co_await answer_submit(api, from, std::move(made));
}

awaitable<http::response> fetch_native(context& api, call from) {
    auto found = co_await submit::read_one(api.parts.tasks, from.who.scope(), from.values[0]);
    if (!found) {
        co_return show(failed(found.error(), "fetch a task"), from.lang);
    }
    co_await note_wait(api, *found, from.lang);
    auto text = task_json(*found, api.here(), api.parts.tasks.now());
    if (!text) {
        co_return show(failed(text.error(), "show a task"), from.lang);
    }
    auto answer = co_await answer_of(api, *found);
    if (!answer) {
        co_return show(failed(answer.error(), "show a task"), from.lang);
    }
    auto view = nlohmann::ordered_json::parse(*text, nullptr, false);
    auto upstream = nlohmann::ordered_json::parse(*answer, nullptr, false);
    if (!view.is_object() || !view["properties"].is_object()) {
        const failure damaged{failure_kind::corrupt, "a stored view is no task"};
        co_return show(failed(damaged, "show a task"), from.lang);
    }
    // Under /mj the list is there for squares alone: its clients stretch everything else to one.
    const auto pictures = view["properties"].find("pictures");
    if (pictures != view["properties"].end() && pictures->size() > 1) {
        view["imageUrls"] = *pictures;
    }
    if (upstream.is_object()) {
        view["properties"]["ideogram"] = std::move(upstream);
    }
    http::response shown = json_answer(
        200, view.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)
    );
    shown.headers.set("Cache-Control", "private, no-cache");
    co_return shown;
}

} // namespace imagined::api
