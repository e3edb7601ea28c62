#include "action/press.hpp"

#include "answers.hpp"
#include "imagined/task/mapping.hpp"
#include "submit/read_prompt.hpp"
#include "texts.hpp"

#include <algorithm>
#include <array>

namespace imagined::api {

namespace {

using kind = task::button_press::kind;

// What a button may be pressed on.
enum class ground { pictures, texts };

struct family {
    kind what;
    press_handler does;
    ground on = ground::pictures;
};

// One line a button. What is missing here is a button of Midjourney's that is not offered.
constexpr std::array families{
    family{kind::pick, press_pick},
    family{kind::variation, press_vary},
    family{kind::vary_subtle, press_vary},
    family{kind::vary_strong, press_vary},
    family{kind::reroll, press_reroll},
    family{kind::region, press_region},
    family{kind::zoom, press_zoom},
    family{kind::custom_zoom, press_custom},
    family{kind::square, press_square},
    family{kind::pan_left, press_pan},
    family{kind::pan_right, press_pan},
    family{kind::pan_up, press_pan},
    family{kind::pan_down, press_pan},
    family{kind::upscale_subtle, press_enlarge},
    family{kind::upscale_creative, press_enlarge},
    family{kind::bookmark, press_bookmark},
    family{kind::read_picture, press_text, ground::texts},
    family{kind::read_all, press_all_texts, ground::texts},
    family{kind::describe_again, press_describe_again, ground::texts},
    family{kind::short_prompt, press_text, ground::texts},
};

const family* family_of(kind what) {
    const auto* found = std::find_if(families.begin(), families.end(), [what](const family& one) {
        return one.what == what;
    });
    return found == families.end() ? nullptr : found;
}

// A picked picture is single: there is nothing to pick from it, and it has no second one to vary.
bool allows(const press& pressed, ground on) {
    const task::submission& old = pressed.of.submission;
    if (pressed.button.what == kind::bookmark) {
        return true;
    }
    const bool texts = old.what == task::action::describe || old.what == task::action::shorten;
    if (old.native || texts != (on == ground::texts)) {
        return false;
    }
    const bool picks = pressed.button.what == kind::pick;
    return old.what != task::action::upscale || (!picks && pressed.button.index <= 1);
}

// A mode that this request names, unlike its parent's, chooses the model's other speed, if served.
void apply_mode(const context& api, task::speed_mode mode, task::render_request& request) {
    task::render_request faster = request;
    const bool turbo = mode == task::speed_mode::turbo;
    if (request.model == task::model::v3) {
        faster.speed = turbo ? task::rendering_speed::turbo : task::rendering_speed::standard;
    } else {
        faster.model = turbo ? task::turbo_of(request.model) : task::base_of(request.model);
    }
    if (is_served(api, faster)) {
        request = std::move(faster);
    }
}

} // namespace

std::optional<http::response>
refuse_button(const std::optional<task::button_press>& button, task::language in) {
    if (!button) {
        return refusal(code::bad_request, texts::unknown_action, in);
    }
    if (button->what == kind::video) {
        return refusal(code::bad_request, texts::no_video, in);
    }
    if (family_of(button->what) == nullptr) {
        return refusal(code::bad_request, texts::not_yet, in);
    }
    return std::nullopt;
}

awaitable<http::response> carry_out(context& api, const call& from, press pressed) {
    const family* its = family_of(pressed.button.what);
    if (its == nullptr || !allows(pressed, its->on)) {
        co_return refusal(code::bad_request, texts::parent_forbids, from.lang);
    }
    co_return co_await its->does(api, from, std::move(pressed));
}

task::submission
begin_press(context& api, const call& from, const press& pressed, task::action what) {
    task::submission made = begin_submission(api, from, pressed.base);
    const task::submission& old = pressed.of.submission;
    made.what = what;
    made.prompt = old.prompt;
    made.final_prompt = old.final_prompt;
    made.description = "/up " + pressed.of.record.id + " " + task::label_of(pressed.button);
    made.bot_type = old.bot_type;
    made.parent_id = pressed.of.record.id;
    made.parent_index = pressed.button.index;
    made.request = old.request;
    add_notes(made, old.notes);
    made.mode = made.mode ? made.mode : old.mode;
    return made;
}

void adopt(context& api, const press& pressed, task::follow_up next, task::submission& made) {
    made.request = std::move(next.request);
    add_notes(made, std::move(next.notes));
    if (pressed.base.mode && pressed.base.mode != pressed.of.submission.mode) {
        apply_mode(api, *pressed.base.mode, made.request);
    }
}

std::optional<http::response>
reword(const context& api, const call& from, const press& pressed, task::submission& made) {
    if (!pressed.answer || pressed.answer->prompt.empty()
        || pressed.answer->prompt == made.prompt) {
        return std::nullopt;
    }
    task::parsed_prompt parsed;
    auto notes = pressed.base.notes;
    if (auto refused = read_prompt(api, pressed.answer->prompt, parsed, notes, from.lang)) {
        return refused;
    }
    task::imagine_defaults defaults = api.options.imagine;
    defaults.default_model = made.request.model; // unless the prompt names a version
    task::imagine_context around;
    around.bot_type = made.bot_type;
    around.mode = made.mode;
    around.servable = capability_of(api);
    auto mapped = task::map_imagine(parsed, defaults, around, made.request.what);
    task::take_words(made.request, parsed, std::move(mapped.request));
    made.prompt = pressed.answer->prompt;
    made.final_prompt = made.request.prompt;
    made.notes = std::move(notes);
    add_notes(made, std::move(mapped.notes));
    if (!parsed.image_urls.empty()) {
        made.notes.emplace_back("the picture URLs of the prompt are not used here");
    }
    return std::nullopt;
}

awaitable<http::response>
ask(context& api,
    const call& from,
    const press& pressed,
    task::submission made,
    std::string filled_with) {
    made.pressed = pressed.custom_id;
    made.strong = pressed.strong;
    draft question;
    question.modal = true;
    question.question = std::move(filled_with);
    question.event = "asked for a modal: " + task::label_of(pressed.button);
    question.submission = std::move(made);
    co_return co_await submit(api, from, std::move(question));
}

awaitable<http::response> conclude(
    context& api, const call& from, const press& pressed, task::submission made, std::string id
) {
    draft wanted;
    wanted.submission = std::move(made);
    wanted.id = std::move(id);
    if (!pressed.answer) {
        co_return co_await submit(api, from, std::move(wanted));
    }
    wanted.id = pressed.task_id;
    wanted.event = "the modal was answered";
    co_return co_await submit_answer(api, from, std::move(wanted));
}

awaitable<result<store::stored_picture>> find_meant(context& api, const press& pressed) {
    auto job = [&images = api.parts.images, id = pressed.of.record.id, n = pressed.button.index] {
        return images.find(id, n);
    };
    co_return co_await api.parts.pool.run(std::move(job));
}

http::response no_capability(task::language in) {
    return refusal(code::no_capability, texts::no_account, in);
}

http::response no_source(const failure& cause, task::language in) {
    const bool none = cause.kind == failure_kind::not_found || cause.kind == failure_kind::corrupt;
    return none ? refusal(code::bad_request, texts::bad_index, in)
                : from_failure(cause, "use a parent's picture", in);
}

task::capability capability_of(const context& api) {
    return [&backends = api.parts.backends](task::operation what, task::model with) {
        return backends.serves(what, with);
    };
}

// A favourite is the client's own affair: nothing is made, and the parent is the answer.
awaitable<http::response> press_bookmark(context& /*api*/, const call& from, press pressed) {
    const std::string& done = texts::submitted.in(from.lang);
    co_return json_answer(
        200, submit_body(code::accepted, done, from.result_of(pressed.of.record.id))
    );
}

} // namespace imagined::api
