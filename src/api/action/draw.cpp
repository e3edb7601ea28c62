// The buttons that need no canvas: vary, draw again, enlarge.
#include "action/press.hpp"
#include "answers.hpp"
#include "texts.hpp"

namespace imagined::api {

namespace {

using kind = task::button_press::kind;

// How much of the picture a variation keeps (ideogram-api.md §13.3), as remix's image_weight.
constexpr int usual_weight = 50;
constexpr int subtle_weight = 80;
constexpr int strong_weight = 25;

int weight_of(const press& pressed) {
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

awaitable<http::response> press_vary(context& api, const call& from, press pressed) {
    const task::render_request& drawn = pressed.of.submission.request;
    auto next = task::vary(drawn, capability_of(api));
    if (!next) {
        co_return no_capability(from.lang);
    }
    const auto found = co_await find_meant(api, pressed);
    if (!found) {
        co_return no_source(found.error(), from.lang);
    }
    task::submission made = begin_press(api, from, pressed, task::action::variation);
    if (pressed.base.remix && !pressed.answer) {
        co_return co_await ask(api, from, pressed, std::move(made));
    }
    if (!states_its_frame(drawn)) {
        frame_as(found->info, next->request);
    }
    next->request.pictures = {task::picture_ref{pressed.of.record.id, pressed.button.index}};
    next->request.image_weight = weight_of(pressed);
    next->request.images = api.options.imagine.images;
    adopt(api, pressed, std::move(*next), made);
    if (auto refused = reword(api, from, pressed, made)) {
        co_return std::move(*refused);
    }
    co_return co_await conclude(api, from, pressed, std::move(made), "");
}

awaitable<http::response> press_reroll(context& api, const call& from, press pressed) {
    auto next = task::repeat(pressed.of.submission.request, capability_of(api));
    if (!next) {
        co_return no_capability(from.lang);
    }
    task::submission made = begin_press(api, from, pressed, task::action::reroll);
    if (pressed.base.remix && !pressed.answer) {
        co_return co_await ask(api, from, pressed, std::move(made));
    }
    if (next->request.what != task::operation::upscale) {
        next->request.images = api.options.imagine.images; // a picked picture has one
    }
    adopt(api, pressed, std::move(*next), made);
    if (auto refused = reword(api, from, pressed, made)) {
        co_return std::move(*refused);
    }
    co_return co_await conclude(api, from, pressed, std::move(made), "");
}

awaitable<http::response> press_enlarge(context& api, const call& from, press pressed) {
    const bool creative = pressed.button.what == kind::upscale_creative;
    auto next = task::enlarge(pressed.of.submission.request, creative, capability_of(api));
    if (!next) {
        co_return no_capability(from.lang);
    }
    const auto found = co_await find_meant(api, pressed);
    if (!found) {
        co_return no_source(found.error(), from.lang);
    }
    task::submission made = begin_press(api, from, pressed, task::action::upscale);
    next->request.pictures = {task::picture_ref{pressed.of.record.id, pressed.button.index}};
    adopt(api, pressed, std::move(*next), made);
    if (pressed.custom_id.find("_4x::") != std::string::npos) {
        made.notes.emplace_back("Upscale (4x): the backends enlarge by 2 at a time, 2x was made");
    }
    co_return co_await conclude(api, from, pressed, std::move(made), "");
}

} // namespace imagined::api
