// Pictures that clients send with a submit, in every form of mj-api.md §8: data URLs, bare base64,
// addresses. They are read in two steps, so that a request which nobody could serve fetches
// nothing: decode_pictures() first, fetch_pictures() (fetched_pictures.cpp) after it.
#pragma once

#include "imagined/submit/submit.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::submit {

// Input pictures of a task stand in the store from this number on, where no route shows them.
inline constexpr int first_input_number = 70;
inline constexpr std::size_t max_inputs_of_a_task = 20;

struct input_picture {
    std::string field;                // where it stood, for refusals: "base64Array"
    std::string text;                 // as it was sent
    std::string bytes;                // once it has been read, upright
    std::vector<std::string> notes{}; // what was changed in reading it
};

bool is_picture_url(std::string_view text);

// The pictures of one field, as sent.
std::vector<input_picture> inputs_of(std::string_view field, std::vector<std::string> texts);

// The one place where a picture is taken in: its bytes are read from its text if they are not here
// yet, judged, and turned as they are displayed, so that whatever is made of them (shapes, masks,
// canvases) fits what the user saw. Says why it cannot be used, if so, naming the field. CPU work.
std::optional<task::bilingual> take_in(input_picture& one);

// Takes in, on the pool, what is no address. The refusal of the first one that cannot be
// used, if any; then the request is refused as a whole.
awaitable<std::optional<refusal>>
decode_pictures(context& ctx, std::vector<input_picture>& pictures);

// Fetches what is an address: our own pictures from the store, others from public hosts and from
// fetch.allow, all at once and within api_options::fetch_limit. Else as decode_pictures().
awaitable<std::optional<refusal>>
fetch_pictures(context& ctx, const requester& from, std::vector<input_picture>& pictures);

// Stores them as inputs of task `id`, durably, and names them in order. At most
// max_inputs_of_a_task.
awaitable<result<std::vector<task::picture_ref>>>
store_inputs(context& ctx, std::string id, std::vector<input_picture> pictures);

// Why these bytes cannot be an input picture, as far as their header tells: too long, of another
// kind, or too many pixels.
std::optional<task::bilingual> find_fault(std::string_view picture);

} // namespace imagined::submit
