#include "imagined/base/any_byte.hpp"
#include "imagined/base/bytes.hpp"
#include "imagined/base/text.hpp"
#include "imagined/task/prompt.hpp"
#include "prompt/characters.hpp"
#include "prompt/flags.hpp"
#include "prompt/scanner.hpp"
#include "prompt/weights.hpp"

#include <stdexcept>
#include <utility>

namespace imagined::task {

namespace {

// An unknown flag is echoed in the answer; this much of it is enough to recognise it.
constexpr std::size_t max_echo_bytes = 40;

prompt_error about_prompt(std::string zh, std::string en) {
    return {"prompt", {std::move(zh), std::move(en)}};
}

prompt_error unknown_flag(const token& typed) {
    const std::string typed_name(shortened(typed.typed + typed.glued, max_echo_bytes));
    const std::string name = "--" + typed_name;
    const std::string nearest = "--" + std::string(nearest_flag(lower_ascii(typed_name)));
    return {
        name,
        {name + " 不是已知的参数；最接近的参数是 " + nearest,
         name + " is not a known parameter; the nearest one is " + nearest}
    };
}

prompt_error unexpected_value(const token& typed, const flag& known) {
    const std::string name = "--" + typed.typed;
    return {
        name,
        {name + " 需要" + std::string(known.expected_zh),
         name + " expects " + std::string(known.expected_en)}
    };
}

// Anything but letters, digits and marks that mean nothing to the grammar.
constexpr bool may_mean_something(unsigned char c) {
    const auto letter = static_cast<unsigned char>((c | 0x20U) - 'a');
    const auto digit = static_cast<unsigned char>(c - '0');
    const bool mark = (c == ' ') | (c == ',') | (c == '.') | (c == '\'') | (c == '(') | (c == ')')
                      | (c == '!') | (c == '?') | (c == ';') | (c == '/');
    return !((letter < 26) | (digit < 10) | mark);
}

bool has_double_space(std::string_view text) {
    unsigned char any = 0;
    for (std::size_t i = 1; i < text.size(); ++i) {
        const unsigned char before = text[i - 1] == ' ';
        const unsigned char here = text[i] == ' ';
        any |= static_cast<unsigned char>(before & here);
    }
    return any != 0;
}

// Most prompts are words and commas. Where no character of the grammar occurs, and no space to
// collapse, the text is the prompt; the long way comes to the same result.
bool is_plain(std::string_view prompt) {
    return !prompt.empty() && prompt.front() != ' ' && prompt.back() != ' '
           && !any_byte(prompt, may_mean_something) && !has_double_space(prompt);
}

// Takes the leading picture URLs off the text.
void take_image_urls(parsed_prompt& prompt) {
    std::string_view rest = prompt.text;
    while (const std::size_t end = end_of_url(rest, 0)) {
        prompt.image_urls.push_back(bare_url(rest.substr(0, end)));
        rest = trim(rest.substr(end));
    }
    prompt.text = std::string(rest);
}

// Reads the flags into `result`; what they leave over is the prompt's text.
class flag_pass {
public:
    flag_pass(std::vector<token> tokens, parsed_prompt& result)
        : tokens_(std::move(tokens)), result_(result) {}

    std::optional<prompt_error> run() {
        while (at_ < tokens_.size()) {
            token& present = tokens_[at_++];
            if (present.what == token::kind::word) {
                append(present.text);
            } else if (auto error = take(present)) {
                return error;
            }
        }
        return std::nullopt;
    }

private:
    std::optional<prompt_error> take(const token& typed) {
        const flag* known = find_flag(typed.text);
        if (known == nullptr) {
            return unknown_flag(typed);
        }
        std::vector<std::string> words;
        const bool glued = !bare_value(typed.glued).empty();
        if (glued) {
            words.push_back(typed.glued);
        }
        for (; at_ < tokens_.size() && tokens_[at_].what == token::kind::word; ++at_) {
            words.push_back(std::move(tokens_[at_].text));
        }
        const auto used = known->apply(*known, words, result_);
        if (!used) {
            return unexpected_value(typed, *known);
        }
        if (glued && *used == 0) {
            return unknown_flag(typed); // "--tile2"
        }
        for (std::size_t i = *used; i < words.size(); ++i) {
            append(words[i]);
        }
        return std::nullopt;
    }

    void append(std::string_view word) {
        if (!result_.text.empty()) {
            result_.text += ' ';
        }
        result_.text += word;
    }

    std::vector<token> tokens_;
    std::size_t at_ = 0;
    parsed_prompt& result_;
};

std::size_t total_bytes(const std::vector<std::string>& texts) {
    std::size_t sum = 0;
    for (const std::string& text : texts) {
        sum += text.size();
    }
    return sum;
}

} // namespace

prompt_result<parsed_prompt> parse_prompt(std::string_view prompt) {
    const auto too_long = [] {
        const std::string most = std::to_string(max_prompt_bytes);
        return about_prompt("prompt不能超过" + most + "字节", "prompt exceeds " + most + " bytes");
    };
    if (prompt.size() > max_submitted_prompt_bytes) {
        return too_long();
    }
    parsed_prompt result;
    if (prompt.size() <= max_prompt_bytes && is_plain(prompt)) {
        result.text = prompt;
        return result;
    }
    if (!is_utf8(prompt)) {
        return about_prompt("prompt不是有效的UTF-8文本", "prompt is not valid UTF-8");
    }
    if (auto error = flag_pass(scan(with_plain_spaces(prompt)), result).run()) {
        return std::move(*error);
    }
    unweighted plain = without_weights(result.text);
    result.text = std::move(plain.text);
    for (std::string& negative : plain.negatives) {
        result.negatives.push_back(std::move(negative));
    }
    take_image_urls(result);
    if (result.text.size() > max_prompt_bytes || total_bytes(result.negatives) > max_prompt_bytes) {
        return too_long();
    }
    if (result.text.empty() && result.image_urls.empty()) {
        return about_prompt("prompt不能为空", "prompt must not be empty");
    }
    return result;
}

void throw_exception_from_error(const prompt_error& error, const boost::source_location&) {
    throw std::runtime_error(error.reason.en);
}

} // namespace imagined::task
