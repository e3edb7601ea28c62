// The operator's list of words that no prompt may hold.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace imagined::submit {

class banned_words {
public:
    explicit banned_words(const std::vector<std::string>& words);

    // The first banned word in `prompt`, as it is written there; empty without one. Latin letters
    // compare without case, and a word counts only at word boundaries: "ass" is not in "class". A
    // script without spaces has no boundaries to look at.
    std::string_view find_in(std::string_view prompt) const;

private:
    std::vector<std::string> words_; // lower case, never empty
};

} // namespace imagined::submit
