#include "pictures/picture_text.hpp"

#include "imagined/submit/loose_text.hpp"
#include "imagined/submit/texts.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/base/text.hpp"
#include "imagined/http/message.hpp"
#include "imagined/store/intake.hpp"

#include <algorithm>
#include <vector>

namespace imagined::submit {

namespace {

constexpr std::string_view data_scheme = "data:";
constexpr int most_encodings = 2; // a relay that encodes what was encoded
constexpr std::size_t longest_line = 256;
constexpr std::size_t most_columns = 4;

// No percent sign is base64's own.
std::string percent_decoded(std::string_view text) {
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
        const int low = high < 0 ? -1 : hex_value(text[i + 2]);
        if (low < 0) {
            plain += text[i];
        } else {
            plain += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    return plain;
}

// The base64 part; nullopt for a data URL that says that it is something else.
std::optional<std::string_view> payload_of(std::string_view text) {
    constexpr std::string_view marker = "base64";
    constexpr std::size_t longest_head = 256;
    const auto comma = text.substr(0, longest_head).find(',');
    const std::string_view head = trimmed(text.substr(0, std::min(comma, text.size())));
    const bool marked = comma != text.npos && head.size() >= marker.size()
                        && http::iequals(head.substr(head.size() - marker.size()), marker);
    if (marked) {
        return trimmed(text.substr(comma + 1));
    }
    return starts_with_word(text, data_scheme) ? std::nullopt : std::optional(text);
}

// Without line breaks and tabs, and without the spaces beside breaks when `trim_lines`.
std::string joined_lines(std::string_view text, bool trim_lines) {
    constexpr std::string_view breaks = "\r\n\t\f\v";
    std::string joined;
    joined.reserve(text.size());
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(breaks), text.size());
        joined += trim_lines ? trimmed(text.substr(0, end)) : text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return joined;
}

// Spaces where line breaks were: after every `column` characters, `width` of them.
struct folding {
    std::size_t column;
    std::size_t width;
};

bool folds_at(std::string_view text, const folding& how) {
    const std::size_t period = how.column + how.width;
    for (std::size_t at = how.column; at + how.width <= text.size(); at += period) {
        if (text.substr(at, how.width).find_first_not_of(' ') != text.npos) {
            return false;
        }
    }
    return how.column + how.width <= text.size();
}

std::vector<folding> foldings_of(std::string_view text) {
    std::vector<folding> found;
    const std::string_view first_line = text.substr(0, longest_line);
    for (auto at = first_line.find(' '); at != text.npos && found.size() < most_columns;
         at = first_line.find(' ', at + 1)) {
        for (const std::size_t width : {std::size_t{2}, std::size_t{1}}) {
            if (at > 0 && folds_at(text, {at, width})) {
                found.push_back({at, width});
            }
        }
    }
    return found;
}

std::string unfolded(std::string_view text, const folding& how) {
    std::string joined;
    joined.reserve(text.size());
    while (!text.empty()) {
        joined += text.substr(0, how.column);
        text.remove_prefix(std::min(how.column + how.width, text.size()));
    }
    return joined;
}

std::string with_plus(std::string text) {
    std::replace(text.begin(), text.end(), ' ', '+');
    return text;
}

bool is_whole_picture(const std::optional<std::string>& bytes) {
    return bytes && store::sniff(*bytes) && store::check_whole(*bytes);
}

// One way to read spaces after another, the likeliest first.
class readings {
public:
    explicit readings(std::string_view payload) : payload_(payload) {}

    // The reading that counts; what is no picture at all comes back as the first that decodes.
    picture_text choose() {
        const std::string lines = joined_lines(payload_, true);
        if (lines.find(' ') == std::string::npos && payload_.find(' ') == payload_.npos) {
            offer(lines, false); // nearly always: there is nothing to choose
            return result();
        }
        for (const folding& how : foldings_of(lines)) {
            const std::string text = unfolded(lines, how);
            if (offer(with_plus(text), text.find(' ') != std::string::npos)) {
                return result();
            }
        }
        if (offer(with_plus(lines), lines.find(' ') != std::string::npos)
            || offer(with_plus(joined_lines(payload_, false)), true)) {
            return result();
        }
        offer(lines, false); // whose white space is skipped
        return result();
    }

private:
    // True once a whole picture was found.
    bool offer(const std::string& text, bool restored) {
        auto bytes = from_base64(text);
        const bool whole = is_whole_picture(bytes);
        const int rank = !bytes ? 0 : whole ? 3 : store::sniff(*bytes) ? 2 : 1;
        if (rank > rank_) {
            rank_ = rank;
            best_ = std::move(*bytes);
            restored_ = restored;
        }
        return whole;
    }

    picture_text result() {
        return rank_ == 0 ? picture_text{"", texts::bad_base64, false}
                          : picture_text{std::move(best_), std::nullopt, restored_};
    }

    std::string_view payload_;
    std::string best_;
    int rank_ = 0; // 1 bytes, 2 a picture, 3 a whole one
    bool restored_ = false;
};

} // namespace

bool starts_with_word(std::string_view text, std::string_view word) {
    return http::iequals(text.substr(0, word.size()), word);
}

picture_text read_picture_text(std::string_view text) {
    text = trimmed(text);
    std::string plain;
    for (int i = 0; i < most_encodings && text.find('%') != text.npos; ++i) {
        plain = percent_decoded(text);
        text = trimmed(plain);
    }
    const auto payload = payload_of(text);
    if (!payload) {
        return {"", texts::bad_base64, false};
    }
    return readings(*payload).choose();
}

} // namespace imagined::submit
