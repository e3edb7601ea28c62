// U1 to U4: a stored picture becomes a task of its own, at once and at no cost.
#include "buttons/press.hpp"
#include "ended_here.hpp"
#include "imagined/submit/texts.hpp"
#include "imagined/task/job_id.hpp"
#include "imagined/task/view.hpp"

namespace imagined::submit {

namespace {

// Pictures 0 and 1 of the new task: what its imageUrl serves, and its only picture.
result<store::stored_picture> link_both(
    store::image_store& images, const std::string& from_id, int from_n, const std::string& id
) {
    const auto first = images.link(from_id, from_n, id, 1);
    if (!first) {
        return first.error();
    }
    return images.link(from_id, from_n, id, 0);
}

task::picture
picture_of(const store::stored_picture& stored, std::string seed, std::string prompt) {
    task::picture shown;
    shown.seed = std::move(seed);
    shown.prompt = std::move(prompt);
    shown.width = stored.info.width;
    shown.height = stored.info.height;
    shown.bytes = stored.bytes;
    shown.media_type = store::media_type(stored.info.format);
    return shown;
}

std::string ended_view(
    const context& ctx,
    const std::string& id,
    const requester& from,
    const task::submission& made,
    task::picture picked
) {
    const task::record record = ended_here(ctx, id, from);
    task::delivery delivered;
    delivered.shown = picked;
    delivered.pictures.push_back(std::move(picked));
    const auto can = task::support_of(made.request, capability_of(ctx));
    delivered.buttons = task::single_buttons(can, task::job_id_of(id));
    return task::render_view(record, made, delivered, task::bill{}, record.finished);
}

} // namespace

awaitable<outcome> press_pick(context& ctx, const requester& from, button_wish pressed) {
    auto id = co_await ctx.submission.reserve_id();
    if (!id) {
        co_return failed(id.error(), "pick a picture");
    }
    const std::string source = pressed.of.record.id;
    const int n = pressed.button.index;
    auto job = [&images = ctx.images, source, n, id = *id] {
        return link_both(images, source, n, id);
    };
    const auto linked = co_await ctx.pool.run(std::move(job));
    if (!linked) {
        co_return no_source(linked.error());
    }
    draft picked;
    picked.submission = begin_press(ctx, from, pressed, task::action::upscale);
    picked.submission.request.images = 1;
    auto shown =
        picture_of(*linked, seed_of_picture(pressed.of.record, n), picked.submission.final_prompt);
    picked.id = std::move(*id);
    picked.ended_view = ended_view(ctx, picked.id, from, picked.submission, std::move(shown));
    picked.event = {task::event_kind::picked, {std::to_string(n), source}};
    co_return co_await enqueue(ctx, from, std::move(picked));
}

} // namespace imagined::submit
