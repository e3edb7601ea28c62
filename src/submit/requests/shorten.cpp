#include "imagined/task/shorten.hpp"
#include "ended_here.hpp"
#include "enqueue.hpp"
#include "imagined/submit/submit.hpp"
#include "imagined/submit/texts.hpp"
#include "imagined/task/offered_texts.hpp"
#include "read_prompt.hpp"

namespace imagined::submit {

namespace {

// The finished task: what it says was made here and now, and nobody was paid.
std::string ended_view(
    const context& ctx, const std::string& id, const requester& from, const task::submission& made
) {
    const auto found = task::shorten(made.prompt);
    const task::record record = ended_here(ctx, id, from);
    task::delivery delivered;
    delivered.text = task::shorten_report(found);
    delivered.buttons = task::shortened_buttons(found.prompts.size());
    return task::render_view(record, made, delivered, task::bill{}, record.finished);
}

} // namespace

awaitable<outcome> shorten(context& ctx, requester from, json_body fields) {
    std::string prompt(trimmed(fields.text("prompt")));
    base_fields base = read_base(ctx, from, fields);
    if (fields.error()) {
        co_return *fields.error();
    }
    task::parsed_prompt parsed;
    if (auto refused = read_prompt(ctx, prompt, parsed, base.notes)) {
        co_return std::move(*refused);
    }
    auto id = co_await ctx.submission.reserve_id();
    if (!id) {
        co_return failed(id.error(), "shorten a prompt");
    }
    draft made;
    made.submission = begin_submission(ctx, from, std::move(base));
    made.submission.what = task::action::shorten;
    made.submission.description = "/shorten " + prompt;
    made.submission.prompt = std::move(prompt);
    made.id = std::move(*id);
    made.ended_view = ended_view(ctx, made.id, from, made.submission);
    made.event = {task::event_kind::shortened};
    co_return co_await enqueue(ctx, from, std::move(made));
}

} // namespace imagined::submit
