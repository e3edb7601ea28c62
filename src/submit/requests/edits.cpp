#include "imagined/submit/submit.hpp"
#include "imagined/submit/texts.hpp"
#include "pictures/client_mask.hpp"
#include "pictures/task_inputs.hpp"
#include "read_prompt.hpp"
#include "requests/imagine.hpp"

#include <algorithm>
#include <array>

// Edits and retexture: a picture is drawn anew as a prompt says, whole or below a mask.
namespace imagined::submit {

namespace {

using task::operation;

// How much of the picture a remix keeps, as image_weight: an edit changes what the prompt names, a
// retexture keeps the shapes and changes the rest.
constexpr int edit_weight = 70;
constexpr int retexture_weight = 60;

enum class wish { edit, retexture };

struct edit_request {
    std::string prompt;
    input_picture picture;
    std::string mask; // as sent; "" for none
    base_fields base;
};

// Old clients send the picture where imagine has it.
edit_request read_request(context& ctx, const requester& from, json_body& fields) {
    edit_request read;
    read.prompt = trimmed(fields.text("prompt"));
    std::string image = fields.text("image");
    if (image.empty()) {
        image = fields.text("base64");
    }
    if (auto sent = fields.texts("base64Array"); image.empty() && !sent.empty()) {
        image = std::move(sent.front());
    }
    read.picture = {"image", std::move(image), {}};
    read.mask = fields.text("maskBase64");
    read.base = read_base(ctx, from, fields);
    return read;
}

bool any_model_serves(const context& ctx, operation what) {
    return std::any_of(task::all_models.begin(), task::all_models.end(), [&](task::model with) {
        return ctx.backends.serves(what, with);
    });
}

// The first operation that some backend serves, in order of preference; else the first of all.
operation choose_operation(const context& ctx, wish wanted, bool masked) {
    std::array<operation, 2> order{operation::instruct_edit, operation::remix};
    if (masked) {
        order = {operation::inpaint, operation::edit};
    } else if (wanted == wish::retexture) {
        order = {operation::remix, operation::instruct_edit};
    }
    return any_model_serves(ctx, order[0]) || !any_model_serves(ctx, order[1]) ? order[0]
                                                                               : order[1];
}

task::mapped_imagine
map(const context& ctx, const edit_request& wanted, const task::parsed_prompt& parsed, operation by
) {
    task::imagine_context around;
    around.bot_type = wanted.base.bot_type;
    around.mode = wanted.base.mode;
    around.takes_references = true;
    around.any_model = true;
    around.servable = [&backends = ctx.backends](operation what, task::model with) {
        return backends.serves(what, with);
    };
    return task::map_imagine(parsed, ctx.options.imagine, around, by);
}

// The mask that goes with `picture`, stored after it; or the refusal of it.
struct made_mask {
    input_picture mask;
    std::optional<refusal> refused;
};

awaitable<made_mask> make_mask(context& ctx, std::string sent, const std::string& picture) {
    const auto size = store::sniff(picture).value_or(store::picture_info{});
    auto job = [sent = std::move(sent), size] {
        return read_client_mask(sent, size.width, size.height);
    };
    auto read = co_await ctx.pool.run(std::move(job));
    made_mask made;
    if (!read) {
        made.refused = failed(read.error(), "read a mask");
    } else if (read->fault) {
        made.refused = refuse_mask(std::move(*read->fault));
    } else {
        made.mask = {"maskBase64", "", std::move(read->png), std::move(read->notes)};
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

awaitable<outcome> draw_anew(context& ctx, requester from, json_body fields, wish wanted) {
    edit_request asked = read_request(ctx, from, fields);
    if (fields.error()) {
        co_return *fields.error();
    }
    if (asked.prompt.empty() || asked.picture.text.empty()) {
        co_return refuse(texts::no_image_or_prompt);
    }
    task::parsed_prompt parsed;
    if (auto refused = read_prompt(ctx, asked.prompt, parsed, asked.base.notes)) {
        co_return std::move(*refused);
    }
    std::vector<input_picture> pictures{std::move(asked.picture)};
    if (auto refused = co_await decode_pictures(ctx, pictures)) {
        co_return std::move(*refused);
    }
    std::string mask = std::move(asked.mask);
    const operation by = choose_operation(ctx, wanted, !mask.empty());
    auto mapped = map(ctx, asked, parsed, by);
    if (!is_served(ctx, mapped.request)) {
        co_return refuse_unserved();
    }
    if (by == operation::remix && !parsed.image_weight) {
        mapped.request.image_weight = wanted == wish::retexture ? retexture_weight : edit_weight;
    }
    draft made = draft_of_prompt(
        ctx,
        from,
        task::action::edit,
        "/edit",
        std::move(asked.prompt),
        std::move(asked.base),
        std::move(mapped)
    );
    auto inputs = gather_inputs(std::move(pictures), parsed, made.submission);
    if (auto refused = co_await fetch_pictures(ctx, from, inputs.all)) {
        co_return std::move(*refused);
    }
    keep_shape(inputs.all.front().bytes, made.submission.request);
    if (!mask.empty()) {
        auto drawn = co_await make_mask(ctx, std::move(mask), inputs.all.front().bytes);
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

} // namespace

awaitable<outcome> edit(context& ctx, requester from, json_body fields) {
    return draw_anew(ctx, std::move(from), std::move(fields), wish::edit);
}

awaitable<outcome> retexture(context& ctx, requester from, json_body fields) {
    return draw_anew(ctx, std::move(from), std::move(fields), wish::retexture);
}

} // namespace imagined::submit
