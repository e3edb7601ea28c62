#include "answers.hpp"
#include "handlers.hpp"
#include "imagined/task/view.hpp"
#include "opened_body.hpp"
#include "submit/change.hpp"
#include "texts.hpp"

#include <array>

// Three spellings of the same wish: change (action and index), simple-change ("<id> U2") and action
// (a button's customId). Each is read into a change here; change.cpp carries it out.
namespace imagined::api {

namespace {

constexpr int max_index = 4;

using kind = change::kind;

// A favourite is the client's own affair: nothing is made, and the parent is the answer.
constexpr std::string_view bookmark_prefix = "MJ::BOOKMARK::";

bool is_index(std::int64_t index) {
    return index >= 1 && index <= max_index;
}

// "U2xyz" is U2, as in the original: only the first letter and the first digit are read.
std::optional<change> read_operation(std::string_view text) {
    constexpr std::string_view digits = "0123456789";
    const auto digit = text.find_first_of(digits);
    const int index = digit == std::string_view::npos ? 0 : text[digit] - '0';
    switch (text.empty() ? ' ' : text.front()) {
    case 'u':
    case 'U':
        return is_index(index) ? std::optional(change{kind::upscale, index}) : std::nullopt;
    case 'v':
    case 'V':
        return is_index(index) ? std::optional(change{kind::variation, index}) : std::nullopt;
    case 'r':
    case 'R':
        return change{kind::reroll, 0};
    default:
        return std::nullopt;
    }
}

std::optional<kind> read_action(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, kind>, 3> actions{
        {{"UPSCALE", kind::upscale}, {"VARIATION", kind::variation}, {"REROLL", kind::reroll}}
    };
    for (const auto& [name, what] : actions) {
        if (http::iequals(name, text)) {
            return what;
        }
    }
    return std::nullopt;
}

// The buttons that change.cpp can carry out.
std::optional<change> read_button(std::string_view custom_id, bool strong) {
    constexpr std::string_view subtle = "MJ::JOB::low_variation::1::";
    constexpr std::string_view creative = "MJ::JOB::high_variation::1::";
    if (custom_id.starts_with(subtle)) {
        return change{kind::variation, 1, subtle_weight};
    }
    if (custom_id.starts_with(creative)) {
        return change{kind::variation, 1, strong_weight};
    }
    const auto press = task::parse_custom_id(custom_id);
    if (!press) {
        return std::nullopt;
    }
    switch (press->what) {
    case task::button_press::kind::upscale:
        return change{kind::upscale, press->index};
    case task::button_press::kind::variation:
        return change{kind::variation, press->index, strong ? strong_weight : usual_weight};
    case task::button_press::kind::reroll:
        break;
    }
    return change{kind::reroll, 0};
}

// Midjourney's other buttons: real, and not to be carried out here.
bool is_known_button(std::string_view custom_id) {
    constexpr std::array<std::string_view, 11> known{
        "MJ::Inpaint::",
        "MJ::Outpaint::",
        "MJ::CustomZoom::",
        "MJ::JOB::pan_",
        "MJ::JOB::upsample_",
        "MJ::JOB::animate_",
        "MJ::JOB::video_",
        "MJ::Job::PicReader::",
        "MJ::Picread::Retry",
        "MJ::Job::PromptAnalyzer::",
        "MJ::JOB::variation::"
    };
    for (const std::string_view prefix : known) {
        if (custom_id.starts_with(prefix)) {
            return true;
        }
    }
    return false;
}

awaitable<http::response> bookmark(context& api, const call& from, std::string id) {
    const parent liked = co_await read_parent(api, from, id);
    if (liked.refused) {
        co_return *liked.refused;
    }
    const std::string& done = texts::submitted.in(from.lang);
    co_return json_answer(200, submit_body(code::accepted, done, from.result_of(id)));
}

http::response refuse(const task::bilingual& why, task::language in) {
    return refusal(code::bad_request, why, in);
}

} // namespace

awaitable<http::response> submit_change(context& api, call from) {
    opened_body body = co_await open_body(api, from);
    if (body.refused) {
        co_return std::move(*body.refused);
    }
    json_body& fields = body.fields;
    std::string id = fields.id("taskId");
    const auto what = read_action(fields.text("action"));
    // Clients send any index with REROLL, in any form.
    const bool counts = what && *what != kind::reroll;
    const std::int64_t index = counts ? fields.integer("index").value_or(0) : 0;
    base_fields base = read_base(api, from, fields);
    if (fields.error()) {
        co_return refuse(*fields.error(), from.lang);
    }
    if (id.empty()) {
        co_return refuse(texts::no_task_id, from.lang);
    }
    if (!what) {
        co_return refuse(texts::bad_action, from.lang);
    }
    if (counts && !is_index(index)) {
        co_return refuse(texts::bad_index, from.lang);
    }
    const change wanted{*what, static_cast<int>(index)};
    co_return co_await carry_out(api, from, wanted, std::move(id), std::move(base));
}

awaitable<http::response> submit_simple_change(context& api, call from) {
    opened_body body = co_await open_body(api, from);
    if (body.refused) {
        co_return std::move(*body.refused);
    }
    const std::string content(trimmed(body.fields.text("content")));
    base_fields base = read_base(api, from, body.fields);
    if (body.fields.error()) {
        co_return refuse(*body.fields.error(), from.lang);
    }
    const auto space = content.find(' ');
    const bool two_parts = space != std::string::npos && content.rfind(' ') == space;
    const auto wanted =
        two_parts ? read_operation(std::string_view(content).substr(space + 1)) : std::nullopt;
    if (!wanted) {
        co_return refuse(texts::bad_content, from.lang);
    }
    std::string id = content.substr(0, space);
    co_return co_await carry_out(api, from, *wanted, std::move(id), std::move(base));
}

awaitable<http::response> submit_action(context& api, call from) {
    opened_body body = co_await open_body(api, from);
    if (body.refused) {
        co_return std::move(*body.refused);
    }
    json_body& fields = body.fields;
    std::string id = fields.id("taskId");
    const std::string custom_id = fields.text("customId");
    const auto wanted = read_button(custom_id, fields.flag("strong"));
    base_fields base = read_base(api, from, fields);
    if (fields.error()) {
        co_return refuse(*fields.error(), from.lang);
    }
    if (id.empty() || trimmed(custom_id).empty()) {
        co_return refuse(texts::bad_parameters, from.lang);
    }
    if (custom_id.starts_with(bookmark_prefix)) {
        co_return co_await bookmark(api, from, std::move(id));
    }
    if (wanted) {
        co_return co_await carry_out(api, from, *wanted, std::move(id), std::move(base));
    }
    co_return refuse(
        is_known_button(custom_id) ? texts::not_yet : texts::unknown_action, from.lang
    );
}

} // namespace imagined::api
