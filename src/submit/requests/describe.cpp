#include "imagined/submit/submit.hpp"
#include "imagined/submit/texts.hpp"
#include "pictures/task_inputs.hpp"

namespace imagined::submit {

namespace {

// The suffix that the picture's bytes deserve.
std::string_view suffix_of(std::string_view picture) {
    const auto info = store::sniff(picture);
    return store::extension(info ? info->format : store::picture_format::png);
}

} // namespace

awaitable<outcome> describe(context& ctx, requester from, json_body fields) {
    std::string sent = fields.text("base64");
    std::string link(trimmed(fields.text("link")));
    base_fields base = read_base(ctx, from, fields);
    if (fields.error()) {
        co_return *fields.error();
    }
    if (sent.empty() && link.empty()) {
        co_return refuse(texts::no_base64_or_link);
    }
    if (sent.empty() && !is_picture_url(link)) {
        co_return refuse(texts::bad_link);
    }
    task_inputs inputs;
    inputs.all = sent.empty() ? inputs_of("link", {std::move(link)})
                              : inputs_of("base64", {std::move(sent)});
    inputs.remixed = 1;
    if (auto refused = co_await decode_pictures(ctx, inputs.all)) {
        co_return std::move(*refused);
    }
    draft made;
    made.submission = begin_submission(ctx, from, std::move(base));
    made.submission.what = task::action::describe;
    made.submission.request.what = task::operation::describe;
    if (!is_served(ctx, made.submission.request)) {
        co_return refuse_unserved();
    }
    if (auto refused = co_await fetch_pictures(ctx, from, inputs.all)) {
        co_return std::move(*refused);
    }
    const std::string suffix(suffix_of(inputs.all.front().bytes));
    if (const auto attached = co_await attach_inputs(ctx, made, std::move(inputs)); !attached) {
        co_return failed(attached.error(), "store a picture");
    }
    made.submission.description = "/describe " + made.id + "." + suffix;
    co_return co_await enqueue(ctx, from, std::move(made));
}

} // namespace imagined::submit
