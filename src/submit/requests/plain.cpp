// A picture that is asked for in plain words: an imagine or an edit whose prompt is taken as it is.
#include "imagined/submit/submit.hpp"
#include "imagined/submit/texts.hpp"
#include "read_prompt.hpp"
#include "requests/edits.hpp"
#include "requests/imagine.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace imagined::submit {

namespace {

using task::operation;

constexpr std::string_view niji = "niji";

task::parsed_prompt parsed_of(const plain_wish& wanted) {
    task::parsed_prompt parsed;
    parsed.text = wanted.prompt;
    parsed.aspect = wanted.shape;
    parsed.quality = wanted.quality;
    parsed.seed = wanted.seed;
    parsed.niji = wanted.version == niji;
    if (!parsed.niji && !wanted.version.empty()) {
        parsed.version = wanted.version;
    }
    return parsed;
}

task::imagine_defaults defaults_of(const context& ctx, const plain_wish& wanted) {
    task::imagine_defaults defaults = ctx.options.imagine;
    defaults.images = wanted.images;
    if (wanted.model) {
        defaults.default_model = *wanted.model;
    }
    return defaults;
}

task::bilingual models_that_serve(const context& ctx, const std::vector<operation>& any_of) {
    std::string names;
    for (const task::model one : task::all_models) {
        const bool serves = std::any_of(any_of.begin(), any_of.end(), [&](operation what) {
            return ctx.backends.serves(what, one);
        });
        if (serves) {
            names.append(names.empty() ? "" : ", ").append(task::to_string(one));
        }
    }
    return {
        fmt::format("没有已配置的后端以此模型提供该操作，可选: {}", names),
        fmt::format("no configured backend does this with that model; expected one of {}", names)
    };
}

// Which of the fields it is that nobody can do.
refusal refuse_plain(const context& ctx, const plain_wish& wanted) {
    refusal made = refuse_unserved();
    using kind = plain_wish::kind;
    if (wanted.transparent) {
        made = refuse_field(
            "background",
            {"没有已配置的后端支持透明背景", "no configured backend draws a transparent one here"}
        );
    } else if (wanted.model) {
        const std::vector<operation> any_of =
            wanted.what == kind::drawing ? std::vector{operation::generate}
            : wanted.mask                ? std::vector{operation::inpaint, operation::edit}
                                         : std::vector{operation::instruct_edit, operation::remix};
        made = refuse_field("model", models_that_serve(ctx, any_of));
    }
    made.what = code::no_capability;
    return made;
}

std::vector<input_picture> inputs_of_plain(std::vector<plain_picture> pictures) {
    std::vector<input_picture> inputs;
    inputs.reserve(pictures.size());
    for (plain_picture& one : pictures) {
        inputs.push_back({std::move(one.field), std::move(one.text), std::move(one.bytes)});
    }
    return inputs;
}

std::optional<refusal> judge_prompt(const context& ctx, const plain_wish& wanted) {
    if (wanted.prompt.empty() && wanted.what != plain_wish::kind::variation) {
        refusal empty = submit::refuse(texts::prompt_empty);
        empty.field = "prompt";
        return empty;
    }
    if (wanted.prompt.size() > task::max_prompt_bytes) {
        return refuse_field(
            "prompt",
            {fmt::format("过长，最多{}字节", task::max_prompt_bytes),
             fmt::format("too long: at most {} bytes", task::max_prompt_bytes)}
        );
    }
    return refuse_banned(ctx, wanted.prompt);
}

awaitable<outcome>
draw_plain(context& ctx, const requester& from, plain_wish wanted, base_fields base) {
    task::imagine_context around;
    around.mode = base.mode;
    around.any_model = wanted.transparent && !wanted.model;
    around.servable = [&backends = ctx.backends](operation what, task::model with) {
        return backends.serves(what, with);
    };
    const auto what = wanted.transparent ? operation::generate_transparent : operation::generate;
    auto mapped = task::map_imagine(parsed_of(wanted), defaults_of(ctx, wanted), around, what);
    if (!is_served(ctx, mapped.request)) {
        co_return refuse_plain(ctx, wanted);
    }
    name_fields(mapped.notes);
    draft made = draft_of_prompt(
        ctx,
        from,
        task::action::imagine,
        "/imagine",
        std::move(wanted.prompt),
        std::move(base),
        std::move(mapped)
    );
    made.submission.handed = std::move(wanted.handed);
    co_return co_await enqueue(ctx, from, std::move(made));
}

awaitable<outcome>
edit_plain(context& ctx, const requester& from, const plain_wish& wanted, edit_wish edit) {
    auto made = co_await draw_anew(ctx, from, std::move(edit));
    const auto* refused = std::get_if<refusal>(&made);
    if (refused != nullptr && refused->what == code::no_capability) {
        co_return refuse_plain(ctx, wanted);
    }
    co_return made;
}

} // namespace

awaitable<outcome> plain(context& ctx, requester from, plain_wish wanted) {
    wanted.prompt = std::string(trimmed(wanted.prompt));
    if (auto refused = judge_prompt(ctx, wanted)) {
        co_return std::move(*refused);
    }
    auto based = base_of(ctx, from, std::move(wanted.notify_hook), std::move(wanted.state));
    if (auto* refused = std::get_if<refusal>(&based)) {
        co_return std::move(*refused);
    }
    auto& base = std::get<base_fields>(based);
    base.notes = std::move(wanted.notes);
    if (wanted.what == plain_wish::kind::drawing) {
        co_return co_await draw_plain(ctx, from, std::move(wanted), std::move(base));
    }
    edit_wish edit;
    edit.what =
        wanted.what == plain_wish::kind::edit ? edit_wish::kind::edit : edit_wish::kind::variation;
    edit.prompt = wanted.prompt;
    edit.parsed = parsed_of(wanted);
    edit.pictures = inputs_of_plain(std::move(wanted.pictures));
    if (wanted.mask) {
        edit.mask = input_picture{
            std::move(wanted.mask->field),
            std::move(wanted.mask->text),
            std::move(wanted.mask->bytes)
        };
        edit.marked_by = mask_marks::transparent;
    }
    edit.base = std::move(base);
    edit.defaults = defaults_of(ctx, wanted);
    edit.any_model = !wanted.model;
    edit.transparent = wanted.transparent;
    edit.has_flags = false;
    edit.handed = std::move(wanted.handed);
    co_return co_await edit_plain(ctx, from, wanted, std::move(edit));
}

} // namespace imagined::submit
