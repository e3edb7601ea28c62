#include "imagined/task/bilingual.hpp"

#include "imagined/base/text.hpp"

#include <charconv>
#include <cstddef>
#include <optional>

namespace imagined::task {

namespace {

// What the header says of one language. Names compare by their first subtag: "en-US" is English.
struct wish {
    std::optional<double> quality; // unset: not named
    std::size_t position = 0;      // of the range that set it; decides between equals
};

bool is_range_of(std::string_view range, std::string_view language_code) {
    if (range.size() < 2 || (range.size() > 2 && range[2] != '-')) {
        return false;
    }
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return lower(range[0]) == language_code[0] && lower(range[1]) == language_code[1];
}

// "q=0.8" -> 0.8; nullopt when it is not a quality at all.
std::optional<double> parse_quality(std::string_view parameter) {
    if (parameter.size() < 3 || (parameter[0] != 'q' && parameter[0] != 'Q')
        || parameter[1] != '=') {
        return std::nullopt;
    }
    double value = 0;
    const char* end = parameter.data() + parameter.size();
    const auto [stop, error] = std::from_chars(parameter.data() + 2, end, value);
    if (error != std::errc{} || stop != end || !(value >= 0 && value <= 1)) {
        return std::nullopt;
    }
    return value;
}

void prefer(wish& current, double quality, std::size_t position) {
    if (!current.quality || quality > *current.quality) {
        current = {quality, position};
    }
}

} // namespace

language preferred_language(std::string_view accept_language) {
    wish english;
    wish chinese;
    wish any;
    std::size_t position = 0;
    for (const std::string_view entry : split(accept_language, ',')) {
        const std::size_t semicolon = entry.find(';');
        const std::string_view range = trim(entry.substr(0, semicolon));
        std::optional<double> quality = 1.0;
        if (semicolon != std::string_view::npos) {
            quality = parse_quality(trim(entry.substr(semicolon + 1)));
        }
        ++position;
        if (!quality) {
            continue;
        }
        if (is_range_of(range, "en")) {
            prefer(english, *quality, position);
        } else if (is_range_of(range, "zh")) {
            prefer(chinese, *quality, position);
        } else if (range == "*") {
            prefer(any, *quality, position);
        }
    }
    const bool named = english.quality || chinese.quality;
    if (!named) {
        return language::zh;
    }
    const wish& en = english.quality ? english : any;
    const wish& zh = chinese.quality ? chinese : any;
    const double en_quality = en.quality.value_or(0);
    const double zh_quality = zh.quality.value_or(0);
    if (en_quality != zh_quality) {
        return en_quality > zh_quality ? language::en : language::zh;
    }
    return en_quality > 0 && en.position < zh.position ? language::en : language::zh;
}

} // namespace imagined::task
