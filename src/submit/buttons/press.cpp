#include "buttons/press.hpp"

#include "imagined/submit/texts.hpp"
#include "imagined/task/mapping.hpp"
#include "read_prompt.hpp"

#include <algorithm>
#include <array>

namespace imagined::submit {

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
bool allows(const button_wish& pressed, ground on) {
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
void apply_mode(const context& ctx, task::speed_mode mode, task::render_request& request) {
    task::render_request faster = request;
    const bool turbo = mode == task::speed_mode::turbo;
    if (request.model == task::model::v3) {
        faster.speed = turbo ? task::rendering_speed::turbo : task::rendering_speed::standard;
    } else {
        faster.model = turbo ? task::turbo_of(request.model) : task::base_of(request.model);
    }
    if (is_served(ctx, faster)) {
        request = std::move(faster);
    }
}

} // namespace

std::optional<refusal> refuse_button(const std::optional<task::button_press>& button) {
    if (!button) {
        return refuse(texts::unknown_action);
    }
    if (button->what == kind::video) {
        return refuse(texts::no_video);
    }
    if (family_of(button->what) == nullptr) {
        return refuse(texts::not_yet);
    }
    return std::nullopt;
}

awaitable<outcome> carry_out(context& ctx, const requester& from, button_wish pressed) {
    const family* its = family_of(pressed.button.what);
    if (its == nullptr || !allows(pressed, its->on)) {
        co_return refuse(texts::parent_forbids);
    }
    co_return co_await its->does(ctx, from, std::move(pressed));
}

task::submission
begin_press(context& ctx, const requester& from, const button_wish& pressed, task::action what) {
    task::submission made = begin_submission(ctx, from, pressed.base);
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

void adopt(context& ctx, const button_wish& pressed, task::follow_up next, task::submission& made) {
    made.request = std::move(next.request);
    add_notes(made, std::move(next.notes));
    if (pressed.base.mode && pressed.base.mode != pressed.of.submission.mode) {
        apply_mode(ctx, *pressed.base.mode, made.request);
    }
}

std::optional<refusal>
reword(const context& ctx, const button_wish& pressed, task::submission& made) {
    if (!pressed.answer || pressed.answer->prompt.empty()
        || pressed.answer->prompt == made.prompt) {
        return std::nullopt;
    }
    task::parsed_prompt parsed;
    auto notes = pressed.base.notes;
    if (auto refused = read_prompt(ctx, pressed.answer->prompt, parsed, notes)) {
        return refused;
    }
    task::imagine_defaults defaults = ctx.options.imagine;
    defaults.default_model = made.request.model; // unless the prompt names a version
    task::imagine_context around;
    around.bot_type = made.bot_type;
    around.mode = made.mode;
    around.servable = capability_of(ctx);
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

awaitable<outcome>
ask(context& ctx,
    const requester& from,
    const button_wish& pressed,
    task::submission made,
    std::string filled_with) {
    made.pressed = pressed.custom_id;
    made.strong = pressed.strong;
    draft question;
    question.modal = true;
    question.question = std::move(filled_with);
    question.submission = std::move(made);
    co_return co_await enqueue(ctx, from, std::move(question));
}

awaitable<outcome> conclude(
    context& ctx,
    const requester& from,
    const button_wish& pressed,
    task::submission made,
    std::string id
) {
    draft wanted;
    wanted.submission = std::move(made);
    wanted.id = std::move(id);
    if (!pressed.answer) {
        co_return co_await enqueue(ctx, from, std::move(wanted));
    }
    wanted.id = pressed.task_id;
    wanted.event = {task::event_kind::modal_answered};
    co_return co_await enqueue_answer(ctx, from, std::move(wanted));
}

awaitable<result<store::stored_picture>> find_meant(context& ctx, const button_wish& pressed) {
    auto job = [&images = ctx.images, id = pressed.of.record.id, n = pressed.button.index] {
        return images.find(id, n);
    };
    co_return co_await ctx.pool.run(std::move(job));
}

refusal no_source(const failure& cause) {
    const bool none = cause.kind == failure_kind::not_found || cause.kind == failure_kind::corrupt;
    return none ? refuse(texts::bad_index) : failed(cause, "use a parent's picture");
}

task::capability capability_of(const context& ctx) {
    return [&backends = ctx.backends](task::operation what, task::model with) {
        return backends.serves(what, with);
    };
}

// A favourite is the client's own affair: nothing is made, and the parent is the answer.
awaitable<outcome>
press_bookmark(context& /*ctx*/, const requester& /*from*/, button_wish pressed) {
    co_return accepted{.id = pressed.of.record.id, .now = accepted::state::stands};
}

} // namespace imagined::submit
