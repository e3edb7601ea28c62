// What every submit that brings a prompt does first: banned words, then the grammar.
#pragma once

#include "imagined/submit/submit.hpp"
#include "imagined/task/prompt.hpp"

#include <optional>
#include <string>
#include <vector>

namespace imagined::submit {

// Fills `parsed`, after mend_prompt(), whose notes are appended to `notes`, unless the prompt
// (trimmed) is refused: blank, with a banned word (code 24), with
// permutations, or with a flag that nobody knows or that has a wrong value.
std::optional<refusal> read_prompt(
    const context& ctx,
    const std::string& prompt,
    task::parsed_prompt& parsed,
    std::vector<std::string>& notes
);

// The refusal of a prompt with a banned word.
std::optional<refusal> refuse_banned(const context& ctx, const std::string& prompt);

} // namespace imagined::submit
