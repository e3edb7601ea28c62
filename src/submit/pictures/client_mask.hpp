// The mask that a client sends with a picture (`maskBase64`): white is painted anew.
#pragma once

#include "imagined/submit/outcome.hpp"
#include "imagined/task/bilingual.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace imagined::submit {

struct client_mask {
    std::string png;                      // as Ideogram has it; "" with `fault`
    std::optional<task::bilingual> fault; // why it cannot be used
    std::vector<std::string> notes;
};

// A request with such a mask is refused for its sake.
refusal refuse_mask(task::bilingual why);

// For a picture of this size, as it is displayed. CPU work.
client_mask read_client_mask(std::string text, std::uint32_t width, std::uint32_t height);

} // namespace imagined::submit
