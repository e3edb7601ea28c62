// The table of Midjourney's parameters (mj-api.md §9): which exist, what each expects, and what it
// means for a parsed prompt.
#pragma once

#include "imagined/task/prompt.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace imagined::task {

// The words between a flag and the next one, as typed.
using flag_words = std::span<const std::string>;

struct flag {
    std::string_view name;  // as notes spell it, without "--"
    std::string_view alias; // "" for none
    // What the value must be, for the sentence "--ar expects …".
    std::string_view expected_zh;
    std::string_view expected_en;
    // Reads the flag's value and says how many words it was; the others are prompt text again.
    // nullopt: not what was expected.
    std::optional<std::size_t> (*apply)(const flag& self, flag_words words, parsed_prompt& into);
    double low = 0;
    double high = 0;
};

// By name or alias, in lower case; nullptr for an unknown one.
const flag* find_flag(std::string_view name);

// The known name or alias that takes the fewest changes to become of `name`, in lower case.
std::string_view nearest_flag(std::string_view name);

// True for the few whose value is a number or a ratio that is hardly written by chance: they are
// read even where their dashes were torn apart or stuck to a word.
bool is_mendable(const flag& known);

} // namespace imagined::task
