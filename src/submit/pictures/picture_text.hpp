// A picture that came as text: base64 or a data URL, in all the states in which clients and the
// relays before them leave it. Pure; CPU work.
#pragma once

#include "imagined/task/bilingual.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace imagined::submit {

// In any case.
bool starts_with_word(std::string_view text, std::string_view word);

struct picture_text {
    std::string bytes;                    // "" with `fault`
    std::optional<task::bilingual> fault; // no base64, or of a kind that we do not take
    bool restored_plus = false;           // spaces were read as the '+' that they had been
};

// Either alphabet, padded or not; percent-encoding is undone; line breaks, tabs, and spaces at ends
// or at a fixed column are white space. Any other space may be a '+' that a form's decoder took
// away: of the readings the first one that is a whole picture counts, else the first that is one at
// all. What the text says about its type is not believed.
picture_text read_picture_text(std::string_view text);

} // namespace imagined::submit
