// What every submit that brings a prompt does first: banned words, then the grammar.
#pragma once

#include "context.hpp"
#include "imagined/task/prompt.hpp"

#include <optional>
#include <string>
#include <vector>

namespace imagined::api {

// Fills `parsed`, after mend_prompt(), whose notes are appended to `notes`, unless the prompt
// (trimmed) is refused: blank, with a banned word (code 24), with
// permutations, or with a flag that nobody knows or that has a wrong value.
std::optional<http::response> read_prompt(
    const context& api,
    const std::string& prompt,
    task::parsed_prompt& parsed,
    std::vector<std::string>& notes,
    task::language in
);

} // namespace imagined::api
