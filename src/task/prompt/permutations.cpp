#include "imagined/base/any_byte.hpp"
#include "imagined/base/text.hpp"
#include "imagined/task/prompt.hpp"

#include <string>
#include <utility>

namespace imagined::task {

namespace {

using texts = std::vector<std::string>;

prompt_error refusal(std::string zh, std::string en) {
    return {"prompt", {std::move(zh), std::move(en)}};
}

// A recursive descent over "text {option, option} text". Every group has an option and every option
// an expansion, so a product above the limit anywhere means a result above it.
class expansion {
public:
    expansion(std::string_view prompt, std::size_t most) : prompt_(prompt), most_(most) {}

    prompt_result<texts> run() {
        auto all = sequence(0);
        if (all && at_ < prompt_.size()) {
            return unbalanced();
        }
        return all;
    }

private:
    // Text and groups up to the end, or within braces up to the comma or brace that ends an option.
    prompt_result<texts> sequence(int depth) {
        texts all{""};
        if (all.size() > most_) {
            return too_many();
        }
        while (at_ < prompt_.size()) {
            const char c = prompt_[at_];
            if (c == '}' || (c == ',' && depth > 0)) {
                break;
            }
            if (c == '{') {
                auto options = group(depth + 1);
                if (!options) {
                    return options;
                }
                if (all.size() * options->size() > most_) {
                    return too_many();
                }
                // One option is the usual nonsense ("{a}"); copying everything for each of many
                // would make a long prompt of them slow.
                if (options->size() == 1) {
                    append(all, options->front());
                } else {
                    all = product(all, *options);
                }
                continue;
            }
            append(all, literal());
        }
        return all;
    }

    prompt_result<texts> group(int depth) {
        if (depth > max_brace_depth) {
            return refusal("prompt的花括号嵌套过深", "prompt nests its braces too deeply");
        }
        ++at_; // the opening brace
        texts options;
        while (true) {
            auto option = sequence(depth);
            if (!option) {
                return option;
            }
            for (std::string& text : *option) {
                options.emplace_back(trim(text));
            }
            if (at_ == prompt_.size()) {
                return unbalanced();
            }
            if (prompt_[at_++] == '}') {
                return options;
            }
        }
    }

    // Up to the next character that means something; "\{", "\}" and "\," lose their backslash.
    std::string literal() {
        std::string text;
        while (at_ < prompt_.size()) {
            const char c = prompt_[at_];
            const char next = at_ + 1 < prompt_.size() ? prompt_[at_ + 1] : '\0';
            if (c == '\\' && (next == '{' || next == '}' || next == ',')) {
                text += next;
                at_ += 2;
                continue;
            }
            if (c == '{' || c == '}' || (c == ',' && !text.empty())) {
                break;
            }
            text += c;
            ++at_;
            if (c == ',') {
                break;
            }
        }
        return text;
    }

    static void append(texts& all, const std::string& text) {
        for (std::string& one : all) {
            one += text;
        }
    }

    static texts product(const texts& heads, const texts& tails) {
        texts all;
        all.reserve(heads.size() * tails.size());
        for (const std::string& head : heads) {
            for (const std::string& tail : tails) {
                all.push_back(head + tail);
            }
        }
        return all;
    }

    prompt_error too_many() const {
        const std::string most = std::to_string(most_);
        return refusal(
            "prompt的花括号组合超过" + most + "个",
            "the braces in the prompt make more than " + most + " prompts"
        );
    }

    static prompt_error unbalanced() {
        return refusal("prompt的花括号不匹配", "the braces in the prompt do not match");
    }

    std::string_view prompt_;
    std::size_t most_;
    std::size_t at_ = 0;
};

bool has_braces(std::string_view prompt) {
    return any_byte(prompt, [](unsigned char c) { return (c == '{') | (c == '}') | (c == '\\'); });
}

} // namespace

prompt_result<std::vector<std::string>>
expand_permutations(std::string_view prompt, std::size_t most) {
    if (prompt.size() > max_submitted_prompt_bytes) {
        return refusal("prompt过长", "the prompt is too long");
    }
    if (!has_braces(prompt) && most > 0) {
        return texts{std::string(prompt)};
    }
    return expansion(prompt, most).run();
}

} // namespace imagined::task
