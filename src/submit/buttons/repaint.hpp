// A picture and a mask, stored for a task that repaints under the mask.
#pragma once

#include "buttons/press.hpp"
#include "imagined/store/canvas.hpp"

namespace imagined::submit {

// What every repainting needs first: a backend that repaints, the meant picture, and the new task's
// submission, whose request is still its parent's. Or the answer that refuses the press, and
// nothing else.
struct repainting {
    std::optional<refusal> refused;
    task::follow_up next;
    store::stored_picture picture;
    task::submission made;
};

awaitable<repainting>
begin_repaint(context& ctx, const requester& from, const button_wish& pressed, task::action what);

// Draws the meant picture's canvas and stores it and its mask as inputs of task `id`.
awaitable<result<void>> attach_canvas(
    context& ctx,
    const button_wish& pressed,
    const store::canvas_plan& plan,
    const std::string& id,
    task::render_request& request
);

// The plain half of zoom, pan and region: repaint what `plan` leaves open. Refused when that is
// nothing. `made` has its request already.
awaitable<outcome> paint_around(
    context& ctx,
    const requester& from,
    const button_wish& pressed,
    const store::canvas_plan& plan,
    task::submission made
);

inline store::dimensions size_of(const store::stored_picture& picture) {
    return {picture.info.width, picture.info.height};
}

} // namespace imagined::submit
