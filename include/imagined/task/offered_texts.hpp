// Texts of which a client picks one: what a describe found, and what a shorten proposes. They are
// shown as one numbered text, with a button each.
#pragma once

#include "imagined/task/view.hpp"

#include <string>
#include <vector>

namespace imagined::task {

// "1️⃣ a red fox\n\n2️⃣ a fox in snow"
std::string numbered(const std::vector<std::string>& texts);

// Under a describe: one button a text, "describe again", and "imagine all" where there are several.
// Under a shorten: one button a text.
std::vector<button> description_buttons(std::size_t count);
std::vector<button> shortened_buttons(std::size_t count);

} // namespace imagined::task
