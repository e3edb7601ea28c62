#include "imagined/submit/banned_words.hpp"

#include <algorithm>

namespace imagined::submit {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view text) {
    std::string small(text);
    std::transform(small.begin(), small.end(), small.begin(), lower);
    return small;
}

bool is_word_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

// Between `left` and `right` one word ends or begins.
bool is_boundary(char left, char right) {
    return !(is_word_char(left) && is_word_char(right));
}

bool stands_alone(std::string_view text, std::size_t at, std::size_t size) {
    const bool left = at == 0 || is_boundary(text[at - 1], text[at]);
    const auto end = at + size;
    return left && (end == text.size() || is_boundary(text[end - 1], text[end]));
}

} // namespace

banned_words::banned_words(const std::vector<std::string>& words) {
    for (const std::string& word : words) {
        if (!word.empty()) {
            words_.push_back(lowered(word));
        }
    }
}

std::string_view banned_words::find_in(std::string_view prompt) const {
    if (words_.empty()) {
        return {};
    }
    const std::string text = lowered(prompt);
    for (const std::string& word : words_) {
        for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
            if (stands_alone(text, at, word.size())) {
                return prompt.substr(at, word.size());
            }
        }
    }
    return {};
}

} // namespace imagined::submit
