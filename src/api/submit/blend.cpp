#include "answers.hpp"
#include "handlers.hpp"
#include "opened_body.hpp"
#include "submit/references.hpp"
#include "texts.hpp"

#include <array>

// Blend has no counterpart in Ideogram (ideogram-api.md §13.3). Nearest is the prompt-driven edit
// of several pictures; next a remix of the first one in the style of the others.
namespace imagined::api {

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
bool choose_request(const context& api, task::render_request& request) {
    request.images = api.options.imagine.images;
    request.magic = task::magic_prompt::automatic;
    request.what = task::operation::instruct_edit;
    request.prompt = instruction;
    if (is_served(api, request)) {
        return true;
    }
    request.what = task::operation::remix;
    request.prompt = remix_words;
    return is_served(api, request);
}

} // namespace

awaitable<http::response> submit_blend(context& api, call from) {
    opened_body body = co_await open_body(api, from);
    if (body.refused) {
        co_return std::move(*body.refused);
    }
    json_body& fields = body.fields;
    task_inputs inputs;
    inputs.all = inputs_of("base64Array", fields.texts("base64Array"));
    const auto sides = read_shape(fields);
    base_fields base = read_base(api, from, fields);
    if (fields.error()) {
        co_return refusal(code::bad_request, *fields.error(), from.lang);
    }
    const std::size_t count = inputs.all.size();
    if (count < least_pictures || count > max_input_pictures) {
        co_return refusal(code::bad_request, texts::blend_count, from.lang);
    }
    if (!sides) {
        co_return refusal(code::bad_request, texts::bad_dimensions, from.lang);
    }
    if (auto refused = co_await decode_pictures(api, from, inputs.all)) {
        co_return std::move(*refused);
    }
    draft made;
    made.submission = begin_submission(api, from, std::move(base));
    made.submission.what = task::action::blend;
    made.submission.request.aspect = sides;
    if (!choose_request(api, made.submission.request)) {
        co_return refusal(code::no_capability, texts::no_account, from.lang);
    }
    const bool by_instruction = made.submission.request.what == task::operation::instruct_edit;
    inputs.remixed = by_instruction ? count : 1;
    inputs.styles = count - inputs.remixed;
    if (auto refused = co_await fetch_pictures(api, from, inputs.all)) {
        co_return std::move(*refused);
    }
    if (const auto attached = co_await attach_inputs(api, made, std::move(inputs)); !attached) {
        co_return from_failure(attached.error(), "store pictures", from.lang);
    }
    made.submission.description = "/blend " + made.id + " " + std::to_string(count);
    co_return co_await submit(api, from, std::move(made));
}

} // namespace imagined::api
