#include "imagined/task/shorten.hpp"
#include "answers.hpp"
#include "handlers.hpp"
#include "imagined/task/offered_texts.hpp"
#include "opened_body.hpp"
#include "submit/ended_here.hpp"
#include "submit/read_prompt.hpp"
#include "submit/submitting.hpp"
#include "texts.hpp"

namespace imagined::api {

namespace {

// The finished task: what it says was made here and now, and nobody was paid.
std::string ended_view(
    const context& api, const std::string& id, const call& from, const task::submission& made
) {
    const auto found = task::shorten(made.prompt);
    const task::record record = ended_here(api, id, from);
    task::delivery delivered;
    delivered.text = task::shorten_report(found);
    delivered.buttons = task::shortened_buttons(found.prompts.size());
    return task::render_view(record, made, delivered, task::bill{}, record.finished);
}

} // namespace

awaitable<http::response> submit_shorten(context& api, call from) {
    opened_body body = co_await open_body(api, from);
    if (body.refused) {
        co_return std::move(*body.refused);
    }
    std::string prompt(trimmed(body.fields.text("prompt")));
    base_fields base = read_base(api, from, body.fields);
    if (body.fields.error()) {
        co_return refusal(code::bad_request, *body.fields.error(), from.lang);
    }
    task::parsed_prompt parsed;
    if (auto refused = read_prompt(api, prompt, parsed, base.notes, from.lang)) {
        co_return std::move(*refused);
    }
    auto id = co_await api.parts.tasks.reserve_id();
    if (!id) {
        co_return from_failure(id.error(), "shorten a prompt", from.lang);
    }
    draft made;
    made.submission = begin_submission(api, from, std::move(base));
    made.submission.what = task::action::shorten;
    made.submission.description = "/shorten " + prompt;
    made.submission.prompt = std::move(prompt);
    made.id = std::move(*id);
    made.ended_view = ended_view(api, made.id, from, made.submission);
    made.event = "shortened here";
    co_return co_await submit(api, from, std::move(made));
}

} // namespace imagined::api
