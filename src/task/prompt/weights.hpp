// Midjourney's multi-prompts: "a::2 b::-1". Ideogram has no weights, so the numbers go, the parts
// stay as text, and a part with a negative weight becomes something to avoid.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace imagined::task {

struct unweighted {
    std::string text;                   // one space between words
    std::vector<std::string> negatives; // the parts with a negative weight
};

// Quotations and URLs in `text` keep their "::".
unweighted without_weights(std::string_view text);

} // namespace imagined::task
