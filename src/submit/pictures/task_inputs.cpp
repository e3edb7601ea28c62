#include "pictures/task_inputs.hpp"

#include <algorithm>

namespace imagined::submit {

namespace {

// What Ideogram is told where the client sent pictures and not a word; it demands a prompt.
constexpr std::string_view words_for_one = "a new version of this picture";
constexpr std::string_view words_for_several = "a blend of these pictures";

// Of a request; with the picture itself, a character and a mask they fit into the store's numbers.
constexpr std::size_t max_style_references = 10;

void move_to(std::vector<input_picture>& all, std::vector<input_picture> more) {
    std::move(more.begin(), more.end(), std::back_inserter(all));
}

void note_further_pictures(std::string_view field, task::submission& made) {
    if (made.request.model == task::model::v3) {
        made.notes.push_back(
            std::string(field) + ": the pictures after the first are style references"
        );
    } else {
        made.notes.push_back(
            std::string(field) + ": " + std::string(task::to_string(made.request.model))
            + " takes one picture, the others were dropped"
        );
    }
}

// A group of references may have 10 MB together: the last ones go.
void fit_group(task_inputs& inputs, task::submission& made) {
    std::size_t bytes = 0;
    std::size_t fitting = 0;
    const std::size_t first = inputs.remixed;
    while (fitting < inputs.styles) {
        bytes += inputs.all[first + fitting].bytes.size();
        if (bytes > max_picture_bytes) {
            break;
        }
        ++fitting;
    }
    if (fitting == inputs.styles) {
        return;
    }
    const auto begin = inputs.all.begin() + static_cast<std::ptrdiff_t>(first);
    inputs.all.erase(
        begin + static_cast<std::ptrdiff_t>(fitting),
        begin + static_cast<std::ptrdiff_t>(inputs.styles)
    );
    made.notes.push_back(
        "style references: more than 10 MB together, the last "
        + std::to_string(inputs.styles - fitting) + " were dropped"
    );
    inputs.styles = fitting;
}

void place(const std::vector<task::picture_ref>& stored, const task_inputs& inputs, draft& made) {
    task::render_request& request = made.submission.request;
    auto next = stored.begin();
    const auto take = [&next](std::size_t count) {
        const auto first = next;
        next += static_cast<std::ptrdiff_t>(count);
        return std::vector<task::picture_ref>(first, next);
    };
    request.pictures = take(inputs.remixed);
    request.style_references = take(inputs.styles);
    request.character_references = take(inputs.characters);
    if (next != stored.end()) {
        request.mask = *next;
    }
}

} // namespace

task_inputs gather_inputs(
    std::vector<input_picture> pictures, const task::parsed_prompt& parsed, task::submission& made
) {
    task_inputs inputs;
    const bool refers = made.request.model == task::model::v3;
    const bool takes_all = made.request.what == task::operation::instruct_edit;
    inputs.remixed = pictures.empty() ? 0 : takes_all ? pictures.size() : 1;
    const std::size_t further = pictures.size() - inputs.remixed;
    if (further > 0) {
        note_further_pictures(pictures.back().field, made);
    }
    if (made.request.prompt.empty()) {
        made.request.prompt = further > 0 ? words_for_several : words_for_one;
    }
    if (!refers) {
        pictures.resize(inputs.remixed);
        inputs.all = std::move(pictures);
        return inputs; // the mapping has noted --sref, --cref and --oref
    }
    inputs.characters = parsed.character_refs.empty() ? 0 : 1;
    if (parsed.character_refs.size() > 1) {
        made.notes.emplace_back("--cref, --oref: one character is taken, the others were dropped");
    }
    const std::size_t room = max_style_references - further;
    auto styles = inputs_of("--sref", parsed.style_refs);
    if (styles.size() > room) {
        styles.resize(room);
        made.notes.push_back("--sref beyond " + std::to_string(room) + ": dropped");
    }
    inputs.styles = further + styles.size();
    inputs.all = std::move(pictures);
    move_to(inputs.all, std::move(styles));
    if (inputs.characters > 0) {
        move_to(inputs.all, inputs_of(parsed.character_flag, {parsed.character_refs.front()}));
    }
    return inputs;
}

awaitable<result<void>> attach_inputs(context& ctx, draft& made, task_inputs inputs) {
    if (inputs.all.empty()) {
        co_return result<void>{};
    }
    fit_group(inputs, made.submission);
    auto id = co_await ctx.submission.reserve_id();
    if (!id) {
        co_return id.error();
    }
    made.id = std::move(*id);
    std::vector<input_picture> files = std::move(inputs.all);
    if (inputs.mask) {
        files.push_back(std::move(*inputs.mask));
    }
    for (input_picture& one : files) {
        add_notes(made.submission, std::move(one.notes));
    }
    auto stored = co_await store_inputs(ctx, made.id, std::move(files));
    if (!stored) {
        co_return stored.error();
    }
    place(*stored, inputs, made);
    co_return result<void>{};
}

} // namespace imagined::submit
