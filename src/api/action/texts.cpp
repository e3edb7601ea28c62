// The buttons under texts: draw what a describe found, draw what a shorten proposes, describe once
// more.
#include "texts.hpp"
#include "action/press.hpp"
#include "answers.hpp"
#include "imagined/task/shorten.hpp"
#include "submit/imagine.hpp"

#include <nlohmann/json.hpp>

namespace imagined::api {

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

imagine_wish wish_for(const press& pressed, std::string prompt) {
    imagine_wish wanted;
    wanted.prompt = std::move(prompt);
    wanted.base = pressed.base;
    return wanted;
}

// One of several imagines that a single press makes.
struct made_one {
    std::string id;
    std::optional<http::response> refused;
};

awaitable<made_one>
imagine_one(context& api, const call& from, imagine_wish wanted, const press& pressed, int n) {
    made_one made;
    auto drafted = co_await draft_imagine(api, from, std::move(wanted));
    if (drafted.refused) {
        made.refused = std::move(drafted.refused);
        co_return made;
    }
    drafted.made.submission.parent_id = pressed.of.record.id;
    drafted.made.submission.parent_index = n;
    drafted.made.part = n;
    http::response answer = co_await submit(api, from, std::move(drafted.made));
    const auto told = nlohmann::json::parse(answer.text(), nullptr, false);
    const auto id = told.is_object() ? told.find("result") : told.end();
    if (!told.is_object() || id == told.end() || id->is_null()) {
        made.refused = std::move(answer);
        co_return made;
    }
    made.id = id->is_string() ? id->get<std::string>() : id->dump();
    co_return made;
}

} // namespace

awaitable<http::response> press_text(context& api, const call& from, press pressed) {
    auto texts = texts_of(pressed.of);
    const auto index = static_cast<std::size_t>(pressed.button.index);
    if (index < 1 || index > texts.size()) {
        co_return refusal(code::bad_request, texts::bad_index, from.lang);
    }
    std::string text = as_prompt(std::move(texts[index - 1]));
    if (!pressed.answer) {
        task::submission made = begin_press(api, from, pressed, task::action::imagine);
        made.prompt = std::move(text);
        made.final_prompt = made.prompt;
        made.description = "/imagine " + made.prompt;
        made.request = {};
        made.notes.clear();
        co_return co_await ask(api, from, pressed, std::move(made));
    }
    const std::string& answered = pressed.answer->prompt;
    auto wanted = wish_for(pressed, answered.empty() ? text : answered);
    auto drafted = co_await draft_imagine(api, from, std::move(wanted));
    if (drafted.refused) {
        co_return std::move(*drafted.refused);
    }
    task::submission& made = drafted.made.submission;
    made.parent_id = pressed.of.record.id;
    made.parent_index = pressed.button.index;
    co_return co_await conclude(api, from, pressed, std::move(made), std::move(drafted.made.id));
}

// What was begun is told, even if the queue takes no more of them.
awaitable<http::response> press_all_texts(context& api, const call& from, press pressed) {
    const auto texts = texts_of(pressed.of);
    std::string ids;
    int n = 0;
    for (const std::string& text : texts) {
        auto wanted = wish_for(pressed, as_prompt(text));
        auto made = co_await imagine_one(api, from, std::move(wanted), pressed, ++n);
        if (made.refused) {
            if (ids.empty()) {
                co_return std::move(*made.refused);
            }
            break;
        }
        ids += ids.empty() ? "" : ",";
        ids += made.id;
    }
    if (ids.empty()) {
        co_return refusal(code::bad_request, texts::bad_index, from.lang);
    }
    const std::string& done = texts::submitted.in(from.lang);
    co_return json_answer(200, submit_body(code::accepted, done, json_string(ids)));
}

awaitable<http::response> press_describe_again(context& api, const call& from, press pressed) {
    task::submission made = begin_press(api, from, pressed, task::action::describe);
    made.description = pressed.of.submission.description;
    if (!is_served(api, made.request)) {
        co_return no_capability(from.lang);
    }
    co_return co_await conclude(api, from, pressed, std::move(made), "");
}

} // namespace imagined::api
