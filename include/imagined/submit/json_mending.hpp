// JSON that clients write a little differently from what they mean, made into what they mean before
// anything parses it. What is no JSON at all is none afterwards.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace imagined::submit {

// For the notes of a task whose body was so.
inline constexpr std::string_view half_character_note =
    "the body: half a character (a lone surrogate) became U+FFFD";

struct mended_json {
    std::string text;
    bool lone_surrogates = false; // an escape of half a character became U+FFFD
};

// Escapes of lone surrogates (an emoji that was cut in half) become U+FFFD, and a number or boolean
// in the outermost `state` becomes a string, digit by digit as it was sent: no number type would
// give "1.50" back. nullopt, at little cost, for a text that has neither.
std::optional<mended_json> mend_json(std::string_view text);

} // namespace imagined::submit
