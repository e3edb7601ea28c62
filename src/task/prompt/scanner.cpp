#include "prompt/scanner.hpp"

#include "prompt/characters.hpp"

#include <utility>

namespace imagined::task {

namespace {

constexpr std::string_view em_dash = "—";

// A run of hyphens and dashes.
struct dash_run {
    std::size_t length = 0; // bytes
    std::size_t hyphens = 0;
    std::size_t dashes = 0;

    bool reads_as_two_hyphens() const { return hyphens >= 2; }
};

dash_run dashes_at(std::string_view text, std::size_t at) {
    dash_run run;
    while (true) {
        const character c = character_at(text, at + run.length);
        if (c.code == U'-' || c.code == 0xff0d) { // and its full-width form
            ++run.hyphens;
        } else if (c.code >= 0x2013 && c.code <= 0x2015) { // en, em, horizontal bar
            ++run.dashes;
        } else {
            return run;
        }
        run.length += c.length;
    }
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
    while (at < text.size() && is_ascii_digit(static_cast<unsigned char>(text[at]))) {
        ++at;
    }
    return at;
}

// True if `text` ends in a weight when `next` follows it, so that `next` starts a word.
bool ends_in_weight(std::string_view text, char32_t next) {
    std::size_t colons = text.find_last_not_of("0123456789.") + 1;
    if (colons > 0 && text[colons - 1] == '-') {
        --colons; // one sign: looking back over more hyphens would be quadratic in a row of them
    }
    const std::size_t before = text.substr(0, colons).find_last_not_of(':') + 1;
    const std::size_t length = weight_length(text, before);
    const bool numbered = colons < text.size();
    return length > 0 && before + length == text.size() && !(numbered && is_letter(next));
}

bool ends_in_ascii_alnum(std::string_view word) {
    return !word.empty() && is_ascii_alnum(static_cast<unsigned char>(word.back()));
}

// A quotation as it may reach the picture: no run of hyphens at the start of one of its words.
std::string softened(std::string_view quotation) {
    std::string result;
    for (std::size_t i = 0; i < quotation.size();) {
        const dash_run run = dashes_at(quotation, i);
        if (run.reads_as_two_hyphens() && !ends_in_ascii_alnum(result)) {
            result += em_dash;
            i += run.length;
            continue;
        }
        const std::size_t length = run.length > 0 ? run.length : character_at(quotation, i).length;
        result += quotation.substr(i, length);
        i += length;
    }
    return result;
}

class scanner {
public:
    explicit scanner(std::string_view prompt) : text_(prompt), quotations_(prompt) {}

    std::vector<token> run() {
        while (at_ < text_.size()) {
            step();
        }
        end_word();
        return std::move(tokens_);
    }

private:
    void step() {
        if (text_[at_] == ' ') {
            end_word();
            glue_ = false;
            ++at_;
        } else if (const std::size_t url = end_of_url(text_, at_); url != at_ && starts_word()) {
            word_ += text_.substr(at_, url - at_);
            at_ = url;
            end_word();
        } else if (const std::size_t quoted = quotations_.end_of(at_); quoted != at_) {
            word_ += softened(text_.substr(at_, quoted - at_));
            at_ = quoted;
        } else if (const dash_run run = dashes_at(text_, at_); run.length > 0) {
            take_dashes(run);
        } else {
            const std::size_t length = character_at(text_, at_).length;
            word_ += text_.substr(at_, length);
            at_ += length;
        }
    }

    bool starts_word() const {
        return word_.empty() || ends_in_weight(word_, character_at(text_, at_).code);
    }

    void take_dashes(const dash_run& run) {
        const bool hyphens_alone = run.reads_as_two_hyphens() && run.dashes == 0;
        const bool may_lead = (run.reads_as_two_hyphens() || run.dashes > 0)
                              && (starts_word() || (hyphens_alone && !ends_in_ascii_alnum(word_)));
        const char32_t next = character_at(text_, at_ + run.length).code;
        const bool named =
            is_ascii_letter(next)
            || (run.reads_as_two_hyphens() && (is_ascii_digit(next) || is_letter(next)));
        if (may_lead && named) {
            at_ += run.length;
            take_flag();
            return;
        }
        if (may_lead && run.reads_as_two_hyphens()) {
            word_ += em_dash;
        } else {
            word_ += text_.substr(at_, run.length);
        }
        at_ += run.length;
    }

    void take_flag() {
        end_word();
        const std::size_t start = at_;
        while (at_ < text_.size()) {
            const character c = character_at(text_, at_);
            const bool inner =
                (c.code == U'-' || c.code == U'_') && is_letter(character_at(text_, at_ + 1).code);
            if (!is_letter(c.code) && !inner) {
                break;
            }
            at_ += c.length;
        }
        token flag{token::kind::flag, {}, std::string(text_.substr(start, at_ - start)), {}};
        flag.text = lower_ascii(flag.typed);
        tokens_.push_back(std::move(flag));
        if (at_ < text_.size() && text_[at_] == '=') {
            ++at_;
        }
        glue_ = true;
    }

    void end_word() {
        if (word_.empty()) {
            return;
        }
        if (glue_) {
            tokens_.back().glued = std::move(word_);
        } else {
            tokens_.push_back({token::kind::word, std::move(word_), {}, {}});
        }
        glue_ = false;
        word_.clear();
    }

    std::string_view text_;
    quotations quotations_;
    std::size_t at_ = 0;
    std::string word_;
    bool glue_ = false; // the present word follows a flag's name directly
    std::vector<token> tokens_;
};

} // namespace

std::vector<token> scan(std::string_view prompt) {
    return scanner(prompt).run();
}

std::size_t quotations::end_of(std::size_t at) {
    const character c = character_at(text_, at);
    const bool straight = c.code == U'"';
    if (!straight && c.code != 0x201c) {
        return at;
    }
    const std::string_view before = text_.substr(0, at);
    if (ends_in_ascii_alnum(before) && !ends_in_weight(before, c.code)) {
        return at; // an inch mark, or a quote that closes what nothing opened
    }
    bool& any_left = straight ? straight_left_ : curly_left_;
    if (!any_left) {
        return at;
    }
    const std::string_view closing = straight ? "\"" : "”";
    const std::size_t found = text_.find(closing, at + c.length);
    if (found == std::string_view::npos) {
        any_left = false;
        return at;
    }
    return found + closing.size();
}

std::size_t end_of_url(std::string_view text, std::size_t at) {
    if (text.substr(at, 1).find_first_of("<hH") != 0) {
        return at;
    }
    const std::size_t scheme = at + (at < text.size() && text[at] == '<' ? 1 : 0);
    const std::string start = lower_ascii(text.substr(scheme, 8));
    if (!start.starts_with("http://") && !start.starts_with("https://")) {
        return at;
    }
    const std::size_t space = text.find(' ', at);
    return space == std::string_view::npos ? text.size() : space;
}

std::string bare_url(std::string_view word) {
    word = bare_value(word);
    if (word.starts_with('<')) {
        word.remove_prefix(1);
    }
    const std::size_t weight = word.rfind("::");
    if (weight != std::string_view::npos && weight + weight_length(word, weight) == word.size()) {
        word = word.substr(0, weight);
    }
    if (word.ends_with('>')) {
        word.remove_suffix(1);
    }
    return std::string(word);
}

std::string_view bare_value(std::string_view word) {
    constexpr std::pair<std::string_view, std::string_view> quotes[] = {{"\"", "\""}, {"“", "”"}};
    constexpr std::string_view separators[] = {",", ";", "，", "；", "。"};
    for (bool more = true; more;) {
        more = false;
        for (const std::string_view separator : separators) {
            if (word.ends_with(separator)) {
                word.remove_suffix(separator.size());
                more = true;
            }
        }
    }
    for (const auto& [open, close] : quotes) {
        if (word.size() >= open.size() + close.size() && word.starts_with(open)
            && word.ends_with(close)) {
            word.remove_prefix(open.size());
            word.remove_suffix(close.size());
        }
    }
    return word;
}

std::size_t weight_length(std::string_view text, std::size_t at) {
    std::size_t marker = at;
    while (text.substr(marker, 1) == ":") {
        ++marker;
    }
    if (marker < at + 2) {
        return 0;
    }
    const std::size_t digits = marker + (text.substr(marker, 1) == "-" ? 1 : 0);
    const std::size_t whole = skip_digits(text, digits);
    std::size_t end = whole;
    if (text.substr(whole, 1) == ".") {
        const std::size_t fraction = skip_digits(text, whole + 1);
        end = fraction > whole + 1 ? fraction : whole; // "a::2." ends a sentence
    }
    if (end == digits) {
        return marker - at;
    }
    // "cat::3d render": the number belongs to the next word.
    const char32_t next = character_at(text, end).code;
    return (is_letter(next) ? marker : end) - at;
}

} // namespace imagined::task
