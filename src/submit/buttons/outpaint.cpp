// New ground around a picture: zoom out, pan, make square.
#include "buttons/repaint.hpp"
#include "imagined/submit/texts.hpp"
#include "imagined/task/mended_prompt.hpp"
#include "pictures/input_pictures.hpp"
#include "read_prompt.hpp"

namespace imagined::submit {

namespace {

using kind = task::button_press::kind;

result<void> put_canvas(
    store::image_store& images,
    const task::picture_ref& source,
    const store::canvas_plan& plan,
    const std::string& id
) {
    const auto bytes = images.read(source.id, source.n);
    if (!bytes) {
        return bytes.error();
    }
    const auto drawn = store::draw_canvas(*bytes, plan);
    if (!drawn) {
        return drawn.error();
    }
    const auto picture = images.put(id, first_input_number, drawn->picture);
    if (!picture) {
        return picture.error();
    }
    const auto mask = images.put(id, first_input_number + 1, drawn->mask);
    return mask ? result<void>() : mask.error();
}

store::pan_direction direction_of(kind what) {
    switch (what) {
    case kind::pan_left:
        return store::pan_direction::left;
    case kind::pan_right:
        return store::pan_direction::right;
    case kind::pan_up:
        return store::pan_direction::up;
    default:
        return store::pan_direction::down;
    }
}

// What the modal of a custom zoom is filled with, and what counts where its answer brings no other
// (half of the clients have no field for it).
constexpr double usual_zoom = 2;
constexpr std::string_view usual_zoom_flag = " --zoom 2";

// Clients append the flag to the old prompt; who sends the flag alone, or nothing, means the old
// prompt.
std::string with_old_text(const std::string& prompt, const std::string& old) {
    const bool flags_only =
        prompt.starts_with("--") || prompt.starts_with("—") || prompt.starts_with("–");
    return prompt.empty() ? old : flags_only ? task::bare_prompt(old) + " " + prompt : prompt;
}

// "--zoom 2: no counterpart, ignored".
bool is_about_zoom(std::string_view note) {
    return note.starts_with("--zoom ");
}

// What the modal of a custom zoom brings: --zoom, and perhaps another --ar.
struct zoom_wish {
    double zoom = usual_zoom;
    std::optional<double> shape;
};

zoom_wish zoom_of(const task::parsed_prompt& prompt) {
    zoom_wish wish{prompt.zoom.value_or(usual_zoom), std::nullopt};
    if (prompt.aspect) {
        wish.shape = prompt.aspect->width / prompt.aspect->height;
    }
    return wish;
}

} // namespace

awaitable<repainting>
begin_repaint(context& ctx, const requester& from, const button_wish& pressed, task::action what) {
    repainting begun;
    auto next = task::repaint(pressed.of.submission.request, capability_of(ctx));
    if (!next) {
        begun.refused = refuse_unserved();
        co_return begun;
    }
    auto found = co_await find_meant(ctx, pressed);
    if (!found) {
        begun.refused = no_source(found.error());
        co_return begun;
    }
    begun.next = std::move(*next);
    begun.picture = std::move(*found);
    begun.made = begin_press(ctx, from, pressed, what);
    co_return begun;
}

awaitable<result<void>> attach_canvas(
    context& ctx,
    const button_wish& pressed,
    const store::canvas_plan& plan,
    const std::string& id,
    task::render_request& request
) {
    const task::picture_ref source{pressed.of.record.id, pressed.button.index};
    auto job = [&images = ctx.images, source, plan, id] {
        return put_canvas(images, source, plan, id);
    };
    auto stored = co_await ctx.pool.run(std::move(job));
    if (stored) {
        request.pictures = {task::picture_ref{id, first_input_number}};
        request.mask = task::picture_ref{id, first_input_number + 1};
    }
    co_return stored;
}

awaitable<outcome> paint_around(
    context& ctx,
    const requester& from,
    const button_wish& pressed,
    const store::canvas_plan& plan,
    task::submission made
) {
    if (store::covers_all(plan)) {
        co_return refuse(texts::nothing_to_paint);
    }
    const auto id = co_await ctx.submission.reserve_id();
    if (!id) {
        co_return failed(id.error(), "draw a canvas");
    }
    const auto stored = co_await attach_canvas(ctx, pressed, plan, *id, made.request);
    if (!stored) {
        co_return no_source(stored.error());
    }
    made.request.images = ctx.options.imagine.images;
    co_return co_await conclude(ctx, from, pressed, std::move(made), *id);
}

awaitable<outcome> press_zoom(context& ctx, const requester& from, button_wish pressed) {
    auto begun = co_await begin_repaint(ctx, from, pressed, task::action::zoom);
    if (begun.refused) {
        co_return std::move(*begun.refused);
    }
    task::submission& made = begun.made;
    adopt(ctx, pressed, std::move(begun.next), made);
    const auto plan = store::plan_zoom(size_of(begun.picture), pressed.button.zoom);
    co_return co_await paint_around(ctx, from, pressed, plan, std::move(made));
}

awaitable<outcome> press_custom(context& ctx, const requester& from, button_wish pressed) {
    auto begun = co_await begin_repaint(ctx, from, pressed, task::action::zoom);
    if (begun.refused) {
        co_return std::move(*begun.refused);
    }
    task::submission& made = begun.made;
    if (!pressed.answer) {
        std::string filled = task::bare_prompt(made.prompt).append(usual_zoom_flag);
        co_return co_await ask(ctx, from, pressed, std::move(made), std::move(filled));
    }
    std::string& prompt = pressed.answer->prompt;
    prompt = with_old_text(prompt, made.prompt);
    task::parsed_prompt parsed;
    std::vector<std::string> told_later; // by reword()
    if (auto refused = read_prompt(ctx, prompt, parsed, told_later)) {
        co_return std::move(*refused);
    }
    const zoom_wish wish = zoom_of(parsed);
    adopt(ctx, pressed, std::move(begun.next), made);
    if (auto refused = reword(ctx, pressed, made)) {
        co_return std::move(*refused);
    }
    if (std::erase_if(made.notes, is_about_zoom) > 1) { // which counts here
        made.notes.emplace_back("--zoom: of several the last one counts");
    }
    const auto plan = store::plan_zoom(size_of(begun.picture), wish.zoom, wish.shape);
    co_return co_await paint_around(ctx, from, pressed, plan, std::move(made));
}

awaitable<outcome> press_pan(context& ctx, const requester& from, button_wish pressed) {
    auto begun = co_await begin_repaint(ctx, from, pressed, task::action::pan);
    if (begun.refused) {
        co_return std::move(*begun.refused);
    }
    task::submission& made = begun.made;
    if (pressed.base.remix && !pressed.answer) {
        co_return co_await ask(ctx, from, pressed, std::move(made));
    }
    adopt(ctx, pressed, std::move(begun.next), made);
    if (auto refused = reword(ctx, pressed, made)) {
        co_return std::move(*refused);
    }
    const auto plan = store::plan_pan(size_of(begun.picture), direction_of(pressed.button.what));
    co_return co_await paint_around(ctx, from, pressed, plan, std::move(made));
}

// Reframing is documented for square input, so only that is reframed where both are possible.
awaitable<outcome> press_square(context& ctx, const requester& from, button_wish pressed) {
    const task::render_request& drawn = pressed.of.submission.request;
    auto painted = task::repaint(drawn, capability_of(ctx));
    auto reframed = task::reframe_square(drawn, capability_of(ctx));
    if (!painted && !reframed) {
        co_return refuse_unserved();
    }
    const auto found = co_await find_meant(ctx, pressed);
    if (!found) {
        co_return no_source(found.error());
    }
    task::submission made = begin_press(ctx, from, pressed, task::action::zoom);
    const auto size = size_of(*found);
    if (reframed && (!painted || size.width == size.height)) {
        adopt(ctx, pressed, std::move(*reframed), made);
        made.request.pictures = {task::picture_ref{pressed.of.record.id, pressed.button.index}};
        made.request.images = ctx.options.imagine.images;
        co_return co_await conclude(ctx, from, pressed, std::move(made), "");
    }
    adopt(ctx, pressed, std::move(*painted), made);
    const auto plan = store::plan_square(size);
    co_return co_await paint_around(ctx, from, pressed, plan, std::move(made));
}

} // namespace imagined::submit
