// The buttons under texts: draw what a describe found, draw what a shorten proposes, describe once
// more.
#include "imagined/submit/texts.hpp"
#include "buttons/press.hpp"
#include "imagined/task/shorten.hpp"
#include "requests/imagine.hpp"

namespace imagined::submit {

namespace {

// What the parent offers, in the order of its buttons.
std::vector<std::string> texts_of(const parent& of) {
    if (of.submission.what == task::action::shorten) {
        return task::shorten(of.submission.prompt).prompts;
    }
    std::vector<std::string> texts;
    for (const task::call& made : of.record.calls) {
        auto answer = backend::answer_from_text(made.answer);
        if (made.now != task::call::state::answered || !answer) {
            continue;
        }
        auto& found = answer->descriptions;
        std::move(found.begin(), found.end(), std::back_inserter(texts));
    }
    return texts;
}

// A description is somebody's prose: what looks like a flag or a permutation in it is none.
std::string as_prompt(std::string text) {
    if (task::parse_prompt(text)) {
        return text;
    }
    for (std::size_t at = text.find("--"); at != std::string::npos; at = text.find("--", at)) {
        text.replace(at, 2, "-");
    }
    return text;
}

imagine_wish wish_for(const button_wish& pressed, std::string prompt) {
    imagine_wish wanted;
    wanted.prompt = std::move(prompt);
    wanted.base = pressed.base;
    return wanted;
}

// One of several imagines that a single press makes.
awaitable<outcome> imagine_one(
    context& ctx, const requester& from, imagine_wish wanted, const button_wish& pressed, int n
) {
    auto drafted = co_await draft_imagine(ctx, from, std::move(wanted));
    if (drafted.refused) {
        co_return std::move(*drafted.refused);
    }
    drafted.made.submission.parent_id = pressed.of.record.id;
    drafted.made.submission.parent_index = n;
    drafted.made.part = n;
    co_return co_await enqueue(ctx, from, std::move(drafted.made));
}

} // namespace

awaitable<outcome> press_text(context& ctx, const requester& from, button_wish pressed) {
    auto texts = texts_of(pressed.of);
    const auto index = static_cast<std::size_t>(pressed.button.index);
    if (index < 1 || index > texts.size()) {
        co_return refuse(texts::bad_index);
    }
    std::string text = as_prompt(std::move(texts[index - 1]));
    if (!pressed.answer) {
        task::submission made = begin_press(ctx, from, pressed, task::action::imagine);
        made.prompt = std::move(text);
        made.final_prompt = made.prompt;
        made.description = "/imagine " + made.prompt;
        made.request = {};
        made.notes.clear();
        co_return co_await ask(ctx, from, pressed, std::move(made));
    }
    const std::string& answered = pressed.answer->prompt;
    auto wanted = wish_for(pressed, answered.empty() ? text : answered);
    auto drafted = co_await draft_imagine(ctx, from, std::move(wanted));
    if (drafted.refused) {
        co_return std::move(*drafted.refused);
    }
    task::submission& made = drafted.made.submission;
    made.parent_id = pressed.of.record.id;
    made.parent_index = pressed.button.index;
    co_return co_await conclude(ctx, from, pressed, std::move(made), std::move(drafted.made.id));
}

// What was begun is told, even if the queue takes no more of them.
awaitable<outcome> press_all_texts(context& ctx, const requester& from, button_wish pressed) {
    const auto texts = texts_of(pressed.of);
    std::string ids;
    int n = 0;
    for (const std::string& text : texts) {
        auto wanted = wish_for(pressed, as_prompt(text));
        auto made = co_await imagine_one(ctx, from, std::move(wanted), pressed, ++n);
        const auto* one = std::get_if<accepted>(&made);
        if (one == nullptr) {
            if (ids.empty()) {
                co_return made;
            }
            break;
        }
        ids += ids.empty() ? "" : ",";
        ids += one->id;
    }
    if (ids.empty()) {
        co_return refuse(texts::bad_index);
    }
    co_return accepted{.id = std::move(ids), .several = true};
}

awaitable<outcome> press_describe_again(context& ctx, const requester& from, button_wish pressed) {
    task::submission made = begin_press(ctx, from, pressed, task::action::describe);
    made.description = pressed.of.submission.description;
    if (!is_served(ctx, made.request)) {
        co_return refuse_unserved();
    }
    co_return co_await conclude(ctx, from, pressed, std::move(made), "");
}

} // namespace imagined::submit
