#include "buttons/press.hpp"
#include "imagined/submit/submit.hpp"
#include "imagined/submit/texts.hpp"

#include <array>

// Three spellings of the same wish: change (action and index), simple-change ("<id> U2") and action
// (a button's customId). Each is read into a press here; the button's family carries it out.
namespace imagined::submit {

namespace {

constexpr int max_index = 4;

using kind = task::button_press::kind;

bool is_index(std::int64_t index) {
    return index >= 1 && index <= max_index;
}

std::optional<task::button_press> button(kind what, int index) {
    return is_index(index) ? std::optional(task::button_press{what, index, 0}) : std::nullopt;
}

// "U2xyz" is U2, as in the original: only the first letter and the first digit are read.
std::optional<task::button_press> read_operation(std::string_view text) {
    constexpr std::string_view digits = "0123456789";
    const auto digit = text.find_first_of(digits);
    const int index = digit == std::string_view::npos ? 0 : text[digit] - '0';
    switch (text.empty() ? ' ' : text.front()) {
    case 'u':
    case 'U':
        return button(kind::pick, index);
    case 'v':
    case 'V':
        return button(kind::variation, index);
    case 'r':
    case 'R':
        return task::button_press{kind::reroll, 0, 0};
    default:
        return std::nullopt;
    }
}

std::optional<kind> read_action(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, kind>, 3> actions{
        {{"UPSCALE", kind::pick}, {"VARIATION", kind::variation}, {"REROLL", kind::reroll}}
    };
    for (const auto& [name, what] : actions) {
        if (http::iequals(name, text)) {
            return what;
        }
    }
    return std::nullopt;
}

// The older spellings know no modal, and have no button that one could come back to.
awaitable<outcome> press_on(
    context& ctx, const requester& from, task::button_press wanted, std::string id, base_fields base
) {
    button_wish pressed;
    pressed.button = wanted;
    pressed.base = std::move(base);
    pressed.base.remix = false;
    pressed.of = co_await read_parent(ctx, from, std::move(id));
    if (pressed.of.refused) {
        co_return std::move(*pressed.of.refused);
    }
    co_return co_await carry_out(ctx, from, std::move(pressed));
}

} // namespace

awaitable<outcome> change(context& ctx, requester from, json_body fields) {
    std::string id = fields.id("taskId");
    const auto what = read_action(fields.text("action"));
    // Clients send any index with REROLL, in any form.
    const bool counts = what && *what != kind::reroll;
    const std::int64_t index = counts ? fields.integer("index").value_or(0) : 0;
    base_fields base = read_base(ctx, from, fields);
    if (fields.error()) {
        co_return *fields.error();
    }
    if (id.empty()) {
        co_return refuse(texts::no_task_id);
    }
    if (!what) {
        co_return refuse(texts::bad_action);
    }
    if (counts && !is_index(index)) {
        co_return refuse(texts::bad_index);
    }
    const task::button_press wanted{*what, static_cast<int>(index), 0};
    co_return co_await press_on(ctx, from, wanted, std::move(id), std::move(base));
}

awaitable<outcome> simple_change(context& ctx, requester from, json_body fields) {
    const std::string content = plain_forms(trimmed(fields.text("content")));
    base_fields base = read_base(ctx, from, fields);
    if (fields.error()) {
        co_return *fields.error();
    }
    const auto space = content.find(' ');
    const auto last = std::min(content.find_first_not_of(' ', space), content.size());
    const bool two_parts = space != std::string::npos && content.find(' ', last) == content.npos;
    const auto wanted =
        two_parts ? read_operation(std::string_view(content).substr(last)) : std::nullopt;
    if (!wanted) {
        co_return refuse(texts::bad_content);
    }
    std::string id = content.substr(0, space);
    co_return co_await press_on(ctx, from, *wanted, std::move(id), std::move(base));
}

awaitable<outcome> press(context& ctx, requester from, json_body fields) {
    std::string id = fields.id("taskId");
    button_wish pressed;
    pressed.custom_id = trimmed(fields.text("customId"));
    pressed.strong = fields.flag("strong");
    pressed.base = read_base(ctx, from, fields);
    if (fields.error()) {
        co_return *fields.error();
    }
    if (id.empty() || pressed.custom_id.empty()) {
        co_return refuse(texts::bad_parameters);
    }
    const auto button = task::parse_custom_id(pressed.custom_id);
    if (auto refused = refuse_button(button)) {
        co_return std::move(*refused);
    }
    pressed.button = *button;
    pressed.of = co_await read_parent(ctx, from, std::move(id));
    if (pressed.of.refused) {
        co_return std::move(*pressed.of.refused);
    }
    co_return co_await carry_out(ctx, from, std::move(pressed));
}

} // namespace imagined::submit
