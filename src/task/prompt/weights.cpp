#include "prompt/weights.hpp"

#include "prompt/characters.hpp"
#include "prompt/scanner.hpp"

#include "imagined/base/text.hpp"

namespace imagined::task {

namespace {

void append_part(std::string& text, std::string_view part) {
    const std::string_view trimmed = trim(part);
    if (trimmed.empty()) {
        return;
    }
    if (!text.empty()) {
        text += ' ';
    }
    text += trimmed;
}

} // namespace

unweighted without_weights(std::string_view text) {
    unweighted result;
    quotations quoted(text);
    std::size_t part = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        const bool word_start = at == part || text[at - 1] == ' ';
        if (const std::size_t url = word_start ? end_of_url(text, at) : at; url != at) {
            at = url;
        } else if (const std::size_t quotation = quoted.end_of(at); quotation != at) {
            at = quotation;
        } else if (const std::size_t length = weight_length(text, at); length > 0) {
            const std::string_view weight = text.substr(at, length);
            const bool negative = weight.find('-') != std::string_view::npos;
            const std::string_view words = trim(text.substr(part, at - part));
            if (!negative) {
                append_part(result.text, words);
            } else if (!words.empty()) {
                result.negatives.emplace_back(words);
            }
            at += length;
            part = at;
        } else {
            at += character_at(text, at).length;
        }
    }
    append_part(result.text, text.substr(part));
    return result;
}

} // namespace imagined::task
