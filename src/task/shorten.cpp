#include "imagined/task/shorten.hpp"

#include "imagined/task/offered_texts.hpp"
#include "imagined/task/prompt.hpp"
#include "prompt/characters.hpp"
#include "prompt/scanner.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <set>

namespace imagined::task {

namespace {

constexpr std::array kept_shares{0.80, 0.60, 0.45, 0.30, 0.15};
constexpr double bold_from = 0.6;
constexpr double phrase_decay = 0.12; // a phrase weighs 1 / (1 + decay * its position)
constexpr double beside_the_last = 0.85;
constexpr double praise_share = 0.15;

constexpr auto connecting = std::to_array<std::string_view>(
    {"a",     "an",    "the",  "and",  "or",    "but",   "of",   "in",    "on",   "at",    "to",
     "by",    "for",   "from", "with", "into",  "onto",  "over", "under", "as",   "is",    "are",
     "was",   "were",  "be",   "been", "being", "it",    "its",  "this",  "that", "these", "those",
     "there", "which", "who",  "his",  "her",   "their", "my",   "our",   "your", "has",   "have",
     "had",   "while", "very", "so",   "such",  "some",  "any",  "near",  "up",   "down",  "out",
     "off",   "then",  "than", "also", "just",  "he",    "she"}
);

constexpr auto praise =
    std::to_array<std::string_view>({"masterpiece",   "best",         "quality",    "high",
                                     "highly",        "detailed",     "ultra",      "hyper",
                                     "super",         "8k",           "4k",         "hd",
                                     "uhd",           "hdr",          "award",      "winning",
                                     "award-winning", "trending",     "artstation", "stunning",
                                     "beautiful",     "professional", "amazing",    "resolution"});

template <std::size_t Size>
bool is_among(const std::array<std::string_view, Size>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool ends_phrase(char32_t c) {
    return c == U',' || c == U';' || c == U'.' || c == U'!' || c == U'?' || c == U':' || c == U'|'
           || c == 0xff0c || c == 0xff1b || c == 0x3002 || c == 0x3001 || c == 0xff01 || c == 0xff1f
           || c == 0xff1a;
}

// "1.5" and "f/1.8" hold points that end nothing.
bool ends_phrase_at(std::string_view text, std::size_t at, const character& c) {
    const char32_t next = character_at(text, at + c.length).code;
    const bool inside = (c.code == U'.' || c.code == U':') && next != U' ' && next != 0;
    return ends_phrase(c.code) && !inside;
}

bool is_wide(char32_t c) {
    return c >= 0x2e80 && is_letter(c);
}

struct cut_token {
    std::string text;
    int phrase = 0;
    bool quoted = false;
};

std::vector<cut_token> cut(std::string_view text) {
    std::vector<cut_token> tokens;
    std::string word;
    int phrase = 0;
    bool wide = false;
    const auto end_word = [&](bool quoted) {
        if (!word.empty()) {
            tokens.push_back({std::move(word), phrase, quoted});
        }
        word.clear();
    };
    quotations quoted(text);
    for (std::size_t at = 0; at < text.size();) {
        const character c = character_at(text, at);
        const std::size_t quotation = quoted.end_of(at);
        if (quotation != at) {
            end_word(false);
            word = std::string(text.substr(at, quotation - at));
            end_word(true);
            at = quotation;
            continue;
        }
        if (c.code == U' ' || ends_phrase_at(text, at, c)) {
            end_word(false);
            phrase += c.code == U' ' ? 0 : 1;
        } else {
            if (!word.empty() && wide != is_wide(c.code)) {
                end_word(false);
            }
            wide = is_wide(c.code);
            word += text.substr(at, c.length);
        }
        at += c.length;
    }
    end_word(false);
    return tokens;
}

double length_share(std::string_view word) {
    constexpr double shortest = 0.7;
    constexpr double per_byte = 0.04;
    return std::min(1.0, shortest + per_byte * static_cast<double>(word.size()));
}

std::vector<weighed_token> weigh(const std::vector<cut_token>& cut_tokens) {
    std::vector<weighed_token> tokens;
    tokens.reserve(cut_tokens.size());
    std::set<std::string> seen;
    double heaviest = 0;
    for (std::size_t i = 0; i < cut_tokens.size(); ++i) {
        const cut_token& one = cut_tokens[i];
        const std::string word = lower_ascii(one.text);
        const bool last = i + 1 == cut_tokens.size() || cut_tokens[i + 1].phrase != one.phrase;
        double weight = 1 / (1 + phrase_decay * one.phrase);
        if (is_among(connecting, word) || !seen.insert(word).second) {
            weight = 0;
        } else if (is_among(praise, word)) {
            weight *= praise_share;
        } else if (one.quoted) {
            weight = 1;
        } else {
            weight *= length_share(one.text) * (last ? 1 : beside_the_last);
        }
        heaviest = std::max(heaviest, weight);
        tokens.push_back({one.text, weight, one.phrase});
    }
    for (weighed_token& one : tokens) {
        one.weight = heaviest > 0 ? one.weight / heaviest : 0;
    }
    return tokens;
}

// Two wide scripts stand together without a space.
std::string_view between(const weighed_token& left, const weighed_token& right) {
    if (left.phrase != right.phrase) {
        return ", ";
    }
    const std::size_t last = left.text.size();
    const bool wide = last > 0 && is_wide(character_at(right.text, 0).code)
                      && static_cast<unsigned char>(left.text.back()) >= 0x80;
    return wide ? "" : " ";
}

std::string joined(const std::vector<weighed_token>& tokens, const std::vector<bool>& kept) {
    std::string text;
    const weighed_token* before = nullptr;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (!kept[i]) {
            continue;
        }
        if (before != nullptr) {
            text += between(*before, tokens[i]);
        }
        text += tokens[i].text;
        before = &tokens[i];
    }
    return text;
}

std::vector<bool> heaviest_of(const std::vector<weighed_token>& tokens, std::size_t count) {
    std::vector<std::size_t> order(tokens.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&tokens](std::size_t a, std::size_t b) {
        return tokens[a].weight > tokens[b].weight;
    });
    std::vector<bool> kept(tokens.size(), false);
    for (std::size_t i = 0; i < std::min(count, order.size()); ++i) {
        kept[order[i]] = true;
    }
    return kept;
}

// Where the flags begin: the first word that starts with two hyphens before a letter. Prompts put
// them at the end; words after a flag stay with it.
std::size_t start_of_flags(std::string_view prompt) {
    quotations quoted(prompt);
    for (std::size_t at = 0; at < prompt.size();) {
        const std::size_t quotation = quoted.end_of(at);
        if (quotation != at) {
            at = quotation;
            continue;
        }
        const bool starts = at == 0 || prompt[at - 1] == ' ';
        if (starts && prompt.substr(at).starts_with("--")
            && is_ascii_letter(character_at(prompt, at + 2).code)) {
            return at;
        }
        at += character_at(prompt, at).length;
    }
    return prompt.size();
}

// "0.47"
std::string weight_text(double weight) {
    const int hundredths = static_cast<int>(std::lround(weight * 100));
    const std::string fraction = std::to_string(hundredths % 100);
    return std::to_string(hundredths / 100) + (fraction.size() == 1 ? ".0" : ".") + fraction;
}

std::string report_of(const weighed_token& one) {
    if (one.weight == 0) {
        return "~~" + one.text + "~~";
    }
    const std::string shown = one.weight >= bold_from ? "**" + one.text + "**" : one.text;
    return shown + " (" + weight_text(one.weight) + ")";
}

} // namespace

shortened_prompt shorten(std::string_view prompt) {
    shortened_prompt found;
    const std::string plain = with_plain_spaces(prompt);
    const std::size_t flags = start_of_flags(plain);
    const auto parsed = parse_prompt(std::string_view(plain).substr(0, flags));
    if (!parsed) {
        return found; // nothing but flags
    }
    found.tokens = weigh(cut(parsed->text));
    const auto weighty = static_cast<std::size_t>(std::count_if(
        found.tokens.begin(),
        found.tokens.end(),
        [](const weighed_token& one) { return one.weight > 0; }
    ));
    const std::string tail = flags < plain.size() ? " " + plain.substr(flags) : "";
    for (const double share : kept_shares) {
        const auto count =
            static_cast<std::size_t>(std::ceil(share * static_cast<double>(weighty)));
        std::string text = joined(found.tokens, heaviest_of(found.tokens, count));
        text += tail;
        const bool known = !found.prompts.empty() && found.prompts.back() == text;
        if (count > 0 && !known) {
            found.prompts.push_back(std::move(text));
        }
    }
    return found;
}

std::string shorten_report(const shortened_prompt& found) {
    std::string report = "## Important tokens\n";
    for (std::size_t i = 0; i < found.tokens.size(); ++i) {
        report += i == 0 ? "" : ", ";
        report += report_of(found.tokens[i]);
    }
    return report + "\n\n## Shortened prompts\n" + numbered(found.prompts);
}

} // namespace imagined::task
