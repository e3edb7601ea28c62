#include "imagined/submit/submit.hpp"
#include "imagined/submit/texts.hpp"
#include "pictures/task_inputs.hpp"

#include <array>

// Blend has no counterpart in Ideogram (ideogram-api.md §13.3). Nearest is the prompt-driven edit
// of several pictures; next a remix of the first one in the style of the others.
namespace imagined::submit {

namespace {

constexpr std::size_t least_pictures = 2;
constexpr std::string_view instruction =
    "Blend all of these pictures into one coherent picture that combines their subjects, "
    "colours and styles";
constexpr std::string_view remix_words = "a seamless blend of these pictures";

struct shape {
    std::string_view word;
    task::ratio sides;
};

constexpr std::array<shape, 3> shapes{
    {{"PORTRAIT", {2, 3}}, {"SQUARE", {1, 1}}, {"LANDSCAPE", {3, 2}}}
};

// SQUARE without a word.
std::optional<task::ratio> read_shape(json_body& fields) {
    const std::string word(trimmed(fields.text("dimensions")));
    for (const shape& one : shapes) {
        if (http::iequals(one.word, word.empty() ? "SQUARE" : word)) {
            return one.sides;
        }
    }
    return std::nullopt;
}

// Chooses how the pictures are blended; false when no backend can.
bool choose_request(const context& ctx, task::render_request& request) {
    request.images = ctx.options.imagine.images;
    request.magic = task::magic_prompt::automatic;
    request.what = task::operation::instruct_edit;
    request.prompt = instruction;
    if (is_served(ctx, request)) {
        return true;
    }
    request.what = task::operation::remix;
    request.prompt = remix_words;
    return is_served(ctx, request);
}

} // namespace

awaitable<outcome> blend(context& ctx, requester from, json_body fields) {
    task_inputs inputs;
    inputs.all = inputs_of("base64Array", fields.texts("base64Array"));
    const auto sides = read_shape(fields);
    base_fields base = read_base(ctx, from, fields);
    if (fields.error()) {
        co_return *fields.error();
    }
    const std::size_t count = inputs.all.size();
    if (count < least_pictures || count > max_input_pictures) {
        co_return refuse(texts::blend_count);
    }
    if (!sides) {
        co_return refuse(texts::bad_dimensions);
    }
    if (auto refused = co_await decode_pictures(ctx, inputs.all)) {
        co_return std::move(*refused);
    }
    draft made;
    made.submission = begin_submission(ctx, from, std::move(base));
    made.submission.what = task::action::blend;
    made.submission.request.aspect = sides;
    if (!choose_request(ctx, made.submission.request)) {
        co_return refuse_unserved();
    }
    const bool by_instruction = made.submission.request.what == task::operation::instruct_edit;
    inputs.remixed = by_instruction ? count : 1;
    inputs.styles = count - inputs.remixed;
    if (auto refused = co_await fetch_pictures(ctx, from, inputs.all)) {
        co_return std::move(*refused);
    }
    if (const auto attached = co_await attach_inputs(ctx, made, std::move(inputs)); !attached) {
        co_return failed(attached.error(), "store pictures");
    }
    made.submission.description = "/blend " + made.id + " " + std::to_string(count);
    co_return co_await enqueue(ctx, from, std::move(made));
}

} // namespace imagined::submit
