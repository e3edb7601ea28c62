// Which words of a prompt carry it, and shorter prompts made of them. Ideogram has nothing like
// Midjourney's shorten, so this is our own simple and documented method; it costs nothing. Pure.
//
// - Flags are set aside and put at the end of every shorter prompt.
// - A token is a word, a text in double quotes, or a run of Chinese or Japanese up to the next
//   punctuation. Weights are between 0 and 1, the heaviest is 1.
// - Weight 0: words that only connect others ("the", "with") and repetitions.
// - Light: praise that says nothing about the picture ("masterpiece", "8k").
// - Otherwise: the earlier the phrase (text between commas) the heavier; the last word of a phrase,
//   most often its noun, before the others; longer words before shorter ones; quoted text heaviest.
// - Shorter prompts keep the heaviest 80, 60, 45, 30 and 15 % of the tokens that weigh anything, in
//   their order. Equal ones are named once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace imagined::task {

struct weighed_token {
    std::string text;
    double weight = 0; // 0..1
    int phrase = 0;    // which part between commas it stands in
};

struct shortened_prompt {
    std::vector<weighed_token> tokens; // in the prompt's order
    std::vector<std::string> prompts;  // longest first, at least one unless there is no token
};

// `prompt` passes parse_prompt().
shortened_prompt shorten(std::string_view prompt);

// Midjourney's report: "## Important tokens\n… \n## Shortened prompts\n1️⃣ …".
std::string shorten_report(const shortened_prompt& found);

} // namespace imagined::task
