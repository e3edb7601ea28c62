// Which size a simulated picture has (ideogram-api.md §8.6).
#pragma once

#include "documents.hpp"
#include "drawing.hpp"

#include <optional>
#include <string>

namespace imagined::sandbox {

// The framing fields of an accepted call, as given; "" when absent.
struct framing_words {
    std::string legacy_aspect;
    std::string v3_aspect;
    std::string legacy_resolution;
    std::string v3_resolution;
};

// `input` is the size of the input picture, where there is one: an edit keeps it, upscale doubles
// it. A remix without a frame is square, as documented.
pixel_size
size_of_answer(const form& spoken, const framing_words& words, std::optional<pixel_size> input);

} // namespace imagined::sandbox
