#include "requests/edits.hpp"

#include "imagined/submit/submit.hpp"
#include "imagined/submit/texts.hpp"
#include "pictures/task_inputs.hpp"
#include "read_prompt.hpp"
#include "requests/imagine.hpp"

#include <algorithm>
#include <array>
#include <string_view>

// Edits and retexture: a picture is drawn anew as a prompt says, whole or below a mask.
namespace imagined::submit {

namespace {

using task::operation;
using kind = edit_wish::kind;

// How much of the picture a remix keeps, as image_weight: an edit changes what the prompt names, a
// retexture keeps the shapes and changes the rest, a variation is as near as Midjourney's are.
int remix_weight(kind what) {
    switch (what) {
    case kind::edit:
        return 70;
    case kind::retexture:
        return 60;
    case kind::variation:
        break;
    }
    return 50;
}

task::action action_of_edit(kind what) {
    return what == kind::variation ? task::action::variation : task::action::edit;
}

std::string_view command_of(kind what) {
    return what == kind::variation ? "/variation" : "/edit";
}

// Old clients send the picture where imagine has it.
edit_wish read_request(context& ctx, const requester& from, json_body& fields, kind what) {
    edit_wish read;
    read.what = what;
    read.prompt = trimmed(fields.text("prompt"));
    std::string image = fields.text("image");
    if (image.empty()) {
        image = fields.text("base64");
    }
    if (auto sent = fields.texts("base64Array"); image.empty() && !sent.empty()) {
        image = std::move(sent.front());
    }
    if (!image.empty()) {
        read.pictures.push_back({"image", std::move(image), {}});
    }
    if (std::string mask = fields.text("maskBase64"); !mask.empty()) {
        read.mask = input_picture{"maskBase64", std::move(mask), {}};
    }
    read.base = read_base(ctx, from, fields);
    read.defaults = ctx.options.imagine;
    return read;
}

bool any_model_serves(const context& ctx, operation what) {
    return std::any_of(task::all_models.begin(), task::all_models.end(), [&](task::model with) {
        return ctx.backends.serves(what, with);
    });
}

// The first operation that some backend serves, in order of preference; else the first of all.
operation choose_operation(const context& ctx, const edit_wish& wanted) {
    if (wanted.transparent) {
        return operation::instruct_edit; // no other has a transparent background
    }
    std::array<operation, 2> order{operation::remix, operation::instruct_edit};
    if (wanted.mask) {
        order = {operation::inpaint, operation::edit};
    } else if (wanted.what == kind::edit) {
        order = {operation::instruct_edit, operation::remix};
    }
    return any_model_serves(ctx, order[0]) || !any_model_serves(ctx, order[1]) ? order[0]
                                                                               : order[1];
}

task::mapped_imagine map_edit(const context& ctx, const edit_wish& wanted, operation by) {
    task::imagine_context around;
    around.bot_type = wanted.base.bot_type;
    around.mode = wanted.base.mode;
    around.takes_references = true;
    around.any_model = wanted.any_model;
    around.servable = [&backends = ctx.backends](operation what, task::model with) {
        return backends.serves(what, with);
    };
    return task::map_imagine(wanted.parsed, wanted.defaults, around, by);
}

// The mask that goes with `picture`, stored after it; or the refusal of it.
struct made_mask {
    input_picture mask;
    std::optional<refusal> refused;
};

awaitable<made_mask> make_mask(
    context& ctx,
    const requester& from,
    input_picture sent,
    mask_marks marked_by,
    const std::string& picture
) {
    made_mask made;
    std::vector<input_picture> masks{std::move(sent)};
    made.refused = co_await fetch_pictures(ctx, from, masks);
    if (made.refused) {
        co_return made;
    }
    std::string field = masks.front().field;
    const auto size = store::sniff(picture).value_or(store::picture_info{});
    auto job = [sent = std::move(masks.front()), marked_by, size] {
        return read_client_mask(sent, marked_by, size.width, size.height);
    };
    auto read = co_await ctx.pool.run(std::move(job));
    if (!read) {
        made.refused = failed(read.error(), "read a mask");
    } else if (read->fault) {
        made.refused = refuse_mask(field, std::move(*read->fault));
    } else {
        made.mask = {std::move(field), "", std::move(read->png), std::move(read->notes)};
    }
    co_return made;
}

// A remix is cropped to its aspect, so without --ar it keeps the picture's own shape.
void keep_shape(const std::string& picture, task::render_request& request) {
    const auto size = store::sniff(picture);
    if (request.what == operation::remix && !request.aspect && size) {
        request.aspect =
            task::ratio{static_cast<double>(size->width), static_cast<double>(size->height)};
    }
}

// An instruction may be about several pictures; anything else has one, and references.
task_inputs gather_edited(
    std::vector<input_picture> pictures, const task::parsed_prompt& parsed, task::submission& made
) {
    if (made.request.what != operation::instruct_edit || pictures.size() < 2) {
        return gather_inputs(std::move(pictures), parsed, made);
    }
    task_inputs inputs;
    inputs.remixed = pictures.size();
    inputs.all = std::move(pictures);
    return inputs;
}

awaitable<outcome> edit_as_midjourney(context& ctx, requester from, json_body fields, kind what) {
    edit_wish asked = read_request(ctx, from, fields, what);
    if (fields.error()) {
        co_return *fields.error();
    }
    if (asked.prompt.empty() || asked.pictures.empty()) {
        co_return refuse(texts::no_image_or_prompt);
    }
    if (auto refused = read_prompt(ctx, asked.prompt, asked.parsed, asked.base.notes)) {
        co_return std::move(*refused);
    }
    co_return co_await draw_anew(ctx, from, std::move(asked));
}

} // namespace

awaitable<outcome> draw_anew(context& ctx, const requester& from, edit_wish wanted) {
    if (auto refused = co_await decode_pictures(ctx, wanted.pictures)) {
        co_return std::move(*refused);
    }
    const operation by = choose_operation(ctx, wanted);
    auto mapped = map_edit(ctx, wanted, by);
    if (!is_served(ctx, mapped.request)) {
        co_return refuse_unserved();
    }
    if (by == operation::remix && !wanted.parsed.image_weight) {
        mapped.request.image_weight = remix_weight(wanted.what);
    }
    mapped.request.transparent_background = wanted.transparent;
    if (!wanted.has_flags) {
        name_fields(mapped.notes);
    }
    draft made = draft_of_prompt(
        ctx,
        from,
        action_of_edit(wanted.what),
        command_of(wanted.what),
        std::move(wanted.prompt),
        std::move(wanted.base),
        std::move(mapped)
    );
    made.submission.handed = std::move(wanted.handed);
    auto inputs = gather_edited(std::move(wanted.pictures), wanted.parsed, made.submission);
    if (auto refused = co_await fetch_pictures(ctx, from, inputs.all)) {
        co_return std::move(*refused);
    }
    keep_shape(inputs.all.front().bytes, made.submission.request);
    if (wanted.mask) {
        auto drawn = co_await make_mask(
            ctx, from, std::move(*wanted.mask), wanted.marked_by, inputs.all.front().bytes
        );
        if (drawn.refused) {
            co_return std::move(*drawn.refused);
        }
        inputs.mask = std::move(drawn.mask);
    }
    if (const auto attached = co_await attach_inputs(ctx, made, std::move(inputs)); !attached) {
        co_return failed(attached.error(), "store pictures");
    }
    co_return co_await enqueue(ctx, from, std::move(made));
}

awaitable<outcome> edit(context& ctx, requester from, json_body fields) {
    return edit_as_midjourney(ctx, std::move(from), std::move(fields), kind::edit);
}

awaitable<outcome> retexture(context& ctx, requester from, json_body fields) {
    return edit_as_midjourney(ctx, std::move(from), std::move(fields), kind::retexture);
}

} // namespace imagined::submit
