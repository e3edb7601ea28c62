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

// "--ar, --bs, --chaos, …": for the message that refuses an unknown one.
const std::string& known_flags();

} // namespace imagined::task
