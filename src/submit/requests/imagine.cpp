#include "requests/imagine.hpp"

#include "imagined/submit/submit.hpp"
#include "imagined/submit/texts.hpp"
#include "imagined/task/mended_prompt.hpp"
#include "pictures/task_inputs.hpp"
#include "read_prompt.hpp"

namespace imagined::submit {

namespace {

// Old clients still send one picture as `base64`, some of them beside the same in base64Array.
imagine_wish read_wish(context& ctx, const requester& from, json_body& fields) {
    imagine_wish read;
    read.prompt = trimmed(fields.text("prompt"));
    auto sent = fields.texts("base64Array");
    std::string single = fields.text("base64");
    if (!single.empty() && std::find(sent.begin(), sent.end(), single) == sent.end()) {
        sent.push_back(std::move(single));
    }
    if (sent.size() > max_input_pictures) {
        fields.refuse("base64Array", texts::too_many_pictures);
    }
    read.pictures = inputs_of("base64Array", std::move(sent));
    read.base = read_base(ctx, from, fields);
    return read;
}

task::mapped_imagine
map(const context& ctx,
    const imagine_wish& wanted,
    const task::parsed_prompt& parsed,
    task::operation what) {
    task::imagine_context around;
    around.bot_type = wanted.base.bot_type;
    around.mode = wanted.base.mode;
    around.takes_references = true;
    // Relays that take pictures often have one model for it.
    around.any_model = what != task::operation::generate;
    around.servable = [&backends = ctx.backends](task::operation what, task::model with) {
        return backends.serves(what, with);
    };
    return task::map_imagine(parsed, ctx.options.imagine, around, what);
}

// By instruction where somebody edits so; else the first picture is remixed.
task::operation
edit_of(const context& ctx, std::vector<input_picture>& pictures, std::vector<std::string>& notes) {
    if (ctx.backends.serves(task::operation::instruct_edit, task::model::v3)) {
        return task::operation::instruct_edit;
    }
    notes.emplace_back("--edit: no backend edits by instruction; the first picture was remixed");
    pictures.resize(1);
    return task::operation::remix;
}

// ruoyi sends a bare prompt and keeps its flags in `state` (mj-api.md §9). They count where they
// are flags that we know; anything else in `state` is the client's own affair.
bool apply_state(const imagine_wish& wanted, task::parsed_prompt& parsed) {
    const std::string_view state = trimmed(wanted.base.state);
    if (!state.starts_with("--") || wanted.prompt.find("--") != std::string::npos) {
        return false;
    }
    auto both =
        task::parse_prompt(task::mend_prompt(wanted.prompt).text + ' ' + std::string(state));
    if (!both || both->text != parsed.text) {
        return false;
    }
    parsed = std::move(*both);
    return true;
}

} // namespace

draft draft_of_prompt(
    context& ctx,
    const requester& from,
    task::action what,
    std::string_view command,
    std::string prompt,
    base_fields base,
    task::mapped_imagine mapped
) {
    draft made;
    made.submission = begin_submission(ctx, from, std::move(base));
    made.submission.what = what;
    made.submission.prompt = std::move(prompt);
    made.submission.final_prompt = mapped.request.prompt;
    made.submission.description = std::string(command) + ' ' + made.submission.prompt;
    made.submission.mode = mapped.mode;
    made.submission.request = std::move(mapped.request);
    add_notes(made.submission, std::move(mapped.notes));
    return made;
}

void name_fields(std::vector<std::string>& notes) {
    struct words {
        std::string_view flag;
        std::string_view field;
    };

    for (std::string& note : notes) {
        for (const auto& [flag, field] : {words{"--ar", "size"}, words{"--seed", "seed"}}) {
            if (note.starts_with(flag)) {
                note.replace(0, flag.size(), field);
            }
        }
    }
}

awaitable<imagine_draft> draft_imagine(context& ctx, const requester& from, imagine_wish wanted) {
    imagine_draft drafted;
    task::parsed_prompt parsed;
    auto& notes = wanted.base.notes;
    drafted.refused = read_prompt(ctx, wanted.prompt, parsed, notes);
    if (drafted.refused) {
        co_return drafted;
    }
    const bool used_state = apply_state(wanted, parsed);
    auto pictures = inputs_of("--edit", parsed.edited);
    auto leading = inputs_of("prompt", parsed.image_urls);
    std::move(leading.begin(), leading.end(), std::back_inserter(pictures));
    std::move(wanted.pictures.begin(), wanted.pictures.end(), std::back_inserter(pictures));
    if (pictures.size() > max_input_pictures) {
        drafted.refused = refuse(texts::too_many_pictures);
        co_return drafted;
    }
    if (!pictures.empty()) {
        drafted.refused = co_await decode_pictures(ctx, pictures);
    }
    if (drafted.refused) {
        co_return drafted;
    }
    const auto what = !parsed.edited.empty() ? edit_of(ctx, pictures, notes)
                      : pictures.empty()     ? task::operation::generate
                                             : task::operation::remix;
    auto mapped = map(ctx, wanted, parsed, what);
    if (!is_served(ctx, mapped.request)) {
        drafted.refused = refuse_unserved();
        co_return drafted;
    }
    drafted.made = draft_of_prompt(
        ctx,
        from,
        task::action::imagine,
        "/imagine",
        std::move(wanted.prompt),
        std::move(wanted.base),
        std::move(mapped)
    );
    task::submission& submission = drafted.made.submission;
    if (used_state) {
        submission.notes.emplace_back("state: the flags in it were applied");
    }
    auto inputs = gather_inputs(std::move(pictures), parsed, submission);
    if (inputs.all.empty()) {
        co_return drafted; // most submits: there is nothing to wait for
    }
    drafted.refused = co_await fetch_pictures(ctx, from, inputs.all);
    if (drafted.refused) {
        co_return drafted;
    }
    if (const auto done = co_await attach_inputs(ctx, drafted.made, std::move(inputs)); !done) {
        drafted.refused = failed(done.error(), "store pictures");
    }
    co_return drafted;
}

awaitable<outcome> imagine(context& ctx, requester from, json_body fields) {
    imagine_wish wanted;
    {
        // Let go before the queue is waited for: what one turn of the loop takes and gives back
        // costs the next submit little.
        json_body body = std::move(fields);
        wanted = read_wish(ctx, from, body);
        if (body.error()) {
            co_return *body.error();
        }
    }
    auto drafted = co_await draft_imagine(ctx, from, std::move(wanted));
    if (drafted.refused) {
        co_return std::move(*drafted.refused);
    }
    co_return co_await enqueue(ctx, from, std::move(drafted.made));
}

} // namespace imagined::submit
