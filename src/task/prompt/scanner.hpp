// Cuts a prompt into words and flags. What counts as a flag is decided here and nowhere else:
//
// - A run of two or more hyphens, or of em or en dashes (phones and editors make those of "--"),
//   at the start of a word and directly before a letter. Em and en dashes need an ASCII letter,
//   because "——你好" is Chinese punctuation.
// - Two or more hyphens also start a flag inside a word, directly after anything but an ASCII
//   letter or digit: "一只猫，--ar 16:9" is what people type, "word--word" is a dash.
// - Text in double quotes ("…" or “…”) and URLs are taken whole. A quote that nothing closes, or
//   that follows a letter or digit (7" vinyl), is an ordinary character.
//
// No word that comes out starts with "--": hyphens that start nothing become an em dash, and so do
// those before a word in quotes (a sign that reads "--SALE" gets its dash, but not as hyphens).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::task {

struct token {
    enum class kind { word, flag };

    kind what = kind::word;
    std::string text;  // the word; of a flag its name in lower case, "" when it has none ("--5")
    std::string typed; // of a flag: the name as typed
    std::string glued; // of a flag: what followed the name directly ("--v6", "--ar=16:9")
};

// `prompt` is valid UTF-8 and went through with_plain_spaces().
std::vector<token> scan(std::string_view prompt);

// Finds the parts of a text that the grammar leaves alone. Made for one pass from left to right.
class quotations {
public:
    explicit quotations(std::string_view text) : text_(text) {}

    // Past the closing quote if a quotation opens at `at`, else `at`.
    std::size_t end_of(std::size_t at);

private:
    std::string_view text_;
    bool straight_left_ = true; // false once no closing quote of the kind was found
    bool curly_left_ = true;
};

// Past the URL if a word that is one ("https://…", "<https://…>") starts at `at`, else `at`.
std::size_t end_of_url(std::string_view text, std::size_t at);

// The URL in such a word, as it may be fetched: without the angle brackets (Discord's way to hide a
// preview), without a comma or a weight ("::2") after it.
std::string bare_url(std::string_view word);

// A flag's value, or a word of it, without the quotes around it and the comma after it.
std::string_view bare_value(std::string_view word);

// The length of a weight ("::", "::2", "::-.5"; more colons are no different) at `at`, or 0.
std::size_t weight_length(std::string_view text, std::size_t at);

} // namespace imagined::task
