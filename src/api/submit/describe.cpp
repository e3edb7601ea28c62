#include "answers.hpp"
#include "handlers.hpp"
#include "opened_body.hpp"
#include "submit/references.hpp"
#include "texts.hpp"

namespace imagined::api {

namespace {

// The suffix that the picture's bytes deserve.
std::string_view suffix_of(std::string_view picture) {
    const auto info = store::sniff(picture);
    return store::extension(info ? info->format : store::picture_format::png);
}

} // namespace

awaitable<http::response> submit_describe(context& api, call from) {
    opened_body body = co_await open_body(api, from);
    if (body.refused) {
        co_return std::move(*body.refused);
    }
    json_body& fields = body.fields;
    std::string sent = fields.text("base64");
    std::string link(trimmed(fields.text("link")));
    base_fields base = read_base(api, from, fields);
    if (fields.error()) {
        co_return refusal(code::bad_request, *fields.error(), from.lang);
    }
    if (sent.empty() && link.empty()) {
        co_return refusal(code::bad_request, texts::no_base64_or_link, from.lang);
    }
    if (sent.empty() && !is_picture_url(link)) {
        co_return refusal(code::bad_request, texts::bad_link, from.lang);
    }
    task_inputs inputs;
    inputs.all = sent.empty() ? inputs_of("link", {std::move(link)})
                              : inputs_of("base64", {std::move(sent)});
    inputs.remixed = 1;
    if (auto refused = co_await decode_pictures(api, from, inputs.all)) {
        co_return std::move(*refused);
    }
    draft made;
    made.submission = begin_submission(api, from, std::move(base));
    made.submission.what = task::action::describe;
    made.submission.request.what = task::operation::describe;
    if (!is_served(api, made.submission.request)) {
        co_return refusal(code::no_capability, texts::no_account, from.lang);
    }
    if (auto refused = co_await fetch_pictures(api, from, inputs.all)) {
        co_return std::move(*refused);
    }
    const std::string suffix(suffix_of(inputs.all.front().bytes));
    if (const auto attached = co_await attach_inputs(api, made, std::move(inputs)); !attached) {
        co_return from_failure(attached.error(), "store a picture", from.lang);
    }
    made.submission.description = "/describe " + made.id + "." + suffix;
    co_return co_await submit(api, from, std::move(made));
}

} // namespace imagined::api
