// The buttons that need no canvas: vary, draw again, enlarge.
#include "buttons/press.hpp"
#include "imagined/submit/texts.hpp"

namespace imagined::submit {

namespace {

using kind = task::button_press::kind;

// How much of the picture a variation keeps (ideogram-api.md §13.3), as remix's image_weight.
constexpr int usual_weight = 50;
constexpr int subtle_weight = 80;
constexpr int strong_weight = 25;

int weight_of(const button_wish& pressed) {
    if (pressed.button.what == kind::vary_subtle) {
        return subtle_weight;
    }
    return pressed.strong || pressed.button.what == kind::vary_strong ? strong_weight
                                                                      : usual_weight;
}

// Remixing crops to the frame that is asked for: the picture's own, whatever drew it.
void frame_as(const store::picture_info& picture, task::render_request& request) {
    request.resolution.clear();
    request.aspect =
        task::ratio{static_cast<double>(picture.width), static_cast<double>(picture.height)};
}

bool states_its_frame(const task::render_request& drawn) {
    return drawn.what == task::operation::generate || drawn.what == task::operation::remix;
}

} // namespace

awaitable<outcome> press_vary(context& ctx, const requester& from, button_wish pressed) {
    const task::render_request& drawn = pressed.of.submission.request;
    auto next = task::vary(drawn, capability_of(ctx));
    if (!next) {
        co_return refuse_unserved();
    }
    const auto found = co_await find_meant(ctx, pressed);
    if (!found) {
        co_return no_source(found.error());
    }
    task::submission made = begin_press(ctx, from, pressed, task::action::variation);
    if (pressed.base.remix && !pressed.answer) {
        co_return co_await ask(ctx, from, pressed, std::move(made));
    }
    if (!states_its_frame(drawn)) {
        frame_as(found->info, next->request);
    }
    next->request.pictures = {task::picture_ref{pressed.of.record.id, pressed.button.index}};
    next->request.image_weight = weight_of(pressed);
    next->request.images = ctx.options.imagine.images;
    adopt(ctx, pressed, std::move(*next), made);
    if (auto refused = reword(ctx, pressed, made)) {
        co_return std::move(*refused);
    }
    co_return co_await conclude(ctx, from, pressed, std::move(made), "");
}

awaitable<outcome> press_reroll(context& ctx, const requester& from, button_wish pressed) {
    auto next = task::repeat(pressed.of.submission.request, capability_of(ctx));
    if (!next) {
        co_return refuse_unserved();
    }
    task::submission made = begin_press(ctx, from, pressed, task::action::reroll);
    if (pressed.base.remix && !pressed.answer) {
        co_return co_await ask(ctx, from, pressed, std::move(made));
    }
    if (next->request.what != task::operation::upscale) {
        next->request.images = ctx.options.imagine.images; // a picked picture has one
    }
    adopt(ctx, pressed, std::move(*next), made);
    if (auto refused = reword(ctx, pressed, made)) {
        co_return std::move(*refused);
    }
    co_return co_await conclude(ctx, from, pressed, std::move(made), "");
}

awaitable<outcome> press_enlarge(context& ctx, const requester& from, button_wish pressed) {
    const bool creative = pressed.button.what == kind::upscale_creative;
    auto next = task::enlarge(pressed.of.submission.request, creative, capability_of(ctx));
    if (!next) {
        co_return refuse_unserved();
    }
    const auto found = co_await find_meant(ctx, pressed);
    if (!found) {
        co_return no_source(found.error());
    }
    task::submission made = begin_press(ctx, from, pressed, task::action::upscale);
    next->request.pictures = {task::picture_ref{pressed.of.record.id, pressed.button.index}};
    adopt(ctx, pressed, std::move(*next), made);
    if (pressed.custom_id.find("_4x::") != std::string::npos) {
        made.notes.emplace_back("Upscale (4x): the backends enlarge by 2 at a time, 2x was made");
    }
    co_return co_await conclude(ctx, from, pressed, std::move(made), "");
}

} // namespace imagined::submit
