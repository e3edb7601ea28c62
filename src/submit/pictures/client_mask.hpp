// The mask that a client sends with a picture: what of it is painted anew.
#pragma once

#include "imagined/submit/outcome.hpp"
#include "imagined/task/bilingual.hpp"
#include "pictures/input_pictures.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::submit {

enum class mask_marks {
    white,      // Midjourney's clients (`maskBase64`)
    transparent // OpenAI's
};

struct client_mask {
    std::string png;                      // as Ideogram has it; "" with `fault`
    std::optional<task::bilingual> fault; // why it cannot be used
    std::vector<std::string> notes;
};

// A request with such a mask is refused for its sake.
refusal refuse_mask(std::string_view field, task::bilingual why);

// For a picture of this size, as it is displayed. CPU work.
client_mask read_client_mask(
    input_picture sent, mask_marks marked_by, std::uint32_t width, std::uint32_t height
);

} // namespace imagined::submit
