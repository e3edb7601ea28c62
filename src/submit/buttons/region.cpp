// Vary (Region): the modal brings a mask, white where the picture is painted anew.
#include "buttons/repaint.hpp"
#include "imagined/submit/texts.hpp"
#include "pictures/client_mask.hpp"
#include "pictures/input_pictures.hpp"

namespace imagined::submit {

namespace {

// What became of the client's mask: stored, or why not.
struct stored_mask {
    std::optional<task::bilingual> refused;
    std::vector<std::string> notes;
    bool shrunk = false; // the picture is too large to be sent: a smaller copy was stored beside it
};

bool fits(const store::stored_picture& picture) {
    return picture.bytes <= store::max_canvas_bytes
           && std::uint64_t{picture.info.width} * picture.info.height <= store::max_canvas_pixels;
}

result<stored_mask> put_mask(
    store::image_store& images,
    const task::picture_ref& source,
    const store::stored_picture& picture,
    const std::string& text,
    const std::string& id
) {
    const auto plan = store::plan_zoom(size_of(picture), 1);
    auto read = read_client_mask(
        {"maskBase64", text, {}}, mask_marks::white, plan.canvas.width, plan.canvas.height
    );
    stored_mask made{std::move(read.fault), std::move(read.notes), !fits(picture)};
    if (made.refused) {
        return made;
    }
    const auto mask = images.put(id, first_input_number + 1, read.png);
    if (!mask) {
        return mask.error();
    }
    if (!made.shrunk) {
        return made;
    }
    const auto bytes = images.read(source.id, source.n);
    if (!bytes) {
        return bytes.error();
    }
    const auto canvas = store::draw_canvas(*bytes, plan);
    if (!canvas) {
        return canvas.error();
    }
    const auto smaller = images.put(id, first_input_number, canvas->picture);
    return smaller ? result<stored_mask>(std::move(made)) : smaller.error();
}

} // namespace

awaitable<outcome> press_region(context& ctx, const requester& from, button_wish pressed) {
    auto begun = co_await begin_repaint(ctx, from, pressed, task::action::inpaint);
    if (begun.refused) {
        co_return std::move(*begun.refused);
    }
    task::submission& made = begun.made;
    if (!pressed.answer) {
        co_return co_await ask(ctx, from, pressed, std::move(made));
    }
    if (pressed.answer->mask.empty()) {
        co_return refuse(texts::no_mask);
    }
    adopt(ctx, pressed, std::move(begun.next), made);
    if (auto refused = reword(ctx, pressed, made)) {
        co_return std::move(*refused);
    }
    const task::picture_ref source{pressed.of.record.id, pressed.button.index};
    const auto id = co_await ctx.submission.reserve_id();
    if (!id) {
        co_return failed(id.error(), "store a mask");
    }
    auto job = [&images = ctx.images,
                source,
                picture = begun.picture,
                text = std::move(pressed.answer->mask),
                id = *id] { return put_mask(images, source, picture, text, id); };
    auto mask = co_await ctx.pool.run(std::move(job));
    if (!mask) {
        co_return failed(mask.error(), "store a mask");
    }
    if (mask->refused) {
        co_return refuse(*mask->refused);
    }
    add_notes(made, std::move(mask->notes));
    made.request.pictures = {mask->shrunk ? task::picture_ref{*id, first_input_number} : source};
    made.request.mask = task::picture_ref{*id, first_input_number + 1};
    made.request.images = ctx.options.imagine.images;
    co_return co_await conclude(ctx, from, pressed, std::move(made), *id);
}

} // namespace imagined::submit
