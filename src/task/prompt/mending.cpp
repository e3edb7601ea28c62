#include "imagined/task/mended_prompt.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/base/text.hpp"
#include "imagined/task/prompt.hpp"
#include "prompt/characters.hpp"
#include "prompt/flags.hpp"
#include "prompt/scanner.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace imagined::task {

namespace {

constexpr int most_layers = 4;
constexpr int most_pieces = 4;            // of dashes that were torn apart
constexpr std::size_t longest_value = 24; // of a flag that may be mended, in bytes

// Marks that open and close one kind of quotation. Editors and input methods mix those of a kind,
// so any of its closing marks closes it.
struct quote_kind {
    std::u32string_view opening;
    std::u32string_view closing;
};

constexpr std::array kinds{
    quote_kind{U"\"“”„‟＂〝", U"\"“”‟＂〞〟"},
    quote_kind{U"'‘’‚‛＇`", U"'‘’‛＇`"},
    quote_kind{U"«»‹›", U"«»‹›"},
    quote_kind{U"「『", U"」』"},
    quote_kind{U"《", U"》"},
};

bool holds(std::u32string_view marks, char32_t c) {
    return c != 0 && marks.find(c) != std::u32string_view::npos;
}

character last_of(std::string_view text) {
    std::size_t at = text.size();
    while (at > 0) {
        --at;
        if ((static_cast<unsigned char>(text[at]) & 0xc0U) != 0x80U) {
            return character_at(text, at);
        }
    }
    return {};
}

// A comma or full stop that was copied along with what it followed.
std::string_view without_separator(std::string_view text) {
    const character last = last_of(text);
    return holds(U",;.，；。", last.code) ? trim(text.substr(0, text.size() - last.length)) : text;
}

// Whether the first quotation ends somewhere inside and another begins after it: "a" and "b".
// A lone mark inside is an apostrophe or an inch.
bool holds_two(std::string_view inside, const quote_kind& kind) {
    bool ended = false;
    int open = 0;
    char32_t before = U' ';
    for (std::size_t i = 0; i < inside.size();) {
        const character c = character_at(inside, i);
        i += c.length;
        const char32_t after = i < inside.size() ? character_at(inside, i).code : U' ';
        const bool starts = !is_letter(before) && !is_ascii_digit(before) && after != U' ';
        if (holds(kind.opening, c.code) && (starts || !holds(kind.closing, c.code))) {
            if (ended) {
                return true;
            }
            ++open;
        } else if (holds(kind.closing, c.code)) {
            const bool within_word = is_letter(before) && is_letter(after);
            ended = ended || (open == 0 && !within_word);
            open = std::max(open - 1, 0);
        }
        before = c.code;
    }
    return false;
}

// The inside of quotes around the whole, or nothing.
std::string_view inside_quotes(std::string_view text) {
    text = without_separator(text);
    const character first = character_at(text, 0);
    const character last = last_of(text);
    if (text.size() < first.length + last.length) {
        return {};
    }
    for (const quote_kind& kind : kinds) {
        if (holds(kind.opening, first.code) && holds(kind.closing, last.code)) {
            const auto inside = text.substr(first.length, text.size() - first.length - last.length);
            return holds_two(inside, kind) ? std::string_view() : trim(inside);
        }
    }
    return {};
}

bool starts_with_letters(std::string_view text, std::string_view word) {
    return lower_ascii(text.substr(0, word.size())) == word;
}

// Past a colon of either width at the start of `text`, and the blanks around it; all of it else.
std::string_view behind_colon(std::string_view text) {
    const std::string_view rest = trim(text);
    const character c = character_at(rest, 0);
    const bool colon = c.code == U':' || c.code == U'：';
    return colon ? trim(rest.substr(c.length)) : text;
}

std::string_view behind_command(std::string_view prompt) {
    constexpr std::string_view name = "imagine";
    constexpr std::string_view option = "prompt";
    const character slash = character_at(prompt, 0);
    if (slash.code != U'/' && slash.code != U'／') {
        return prompt;
    }
    const std::string_view command = prompt.substr(slash.length);
    if (!starts_with_letters(command, name)) {
        return prompt;
    }
    std::string_view rest = command.substr(name.size());
    const std::string_view text = behind_colon(rest);
    if (text.size() == rest.size() && !rest.empty() && !rest.starts_with(' ')) {
        return prompt; // "/imagined worlds"
    }
    rest = trim(text);
    if (!starts_with_letters(rest, option)) {
        return rest;
    }
    const std::string_view named = rest.substr(option.size());
    const std::string_view value = behind_colon(named);
    return value.size() == named.size() ? rest : value;
}

// The hyphen and its kin: full-width, small, non-breaking, the minus sign, the figure dash.
bool is_hyphen(char32_t c) {
    return c == U'-' || c == 0xff0d || c == 0xfe63 || (c >= 0x2010 && c <= 0x2012) || c == 0x2212;
}

// En, em, horizontal bar; small em.
bool is_dash(char32_t c) {
    return (c >= 0x2013 && c <= 0x2015) || c == 0xfe58;
}

// Past the hyphens and dashes at `at`.
std::size_t end_of_dashes(std::string_view text, std::size_t at) {
    for (character c = character_at(text, at); is_hyphen(c.code) || is_dash(c.code);
         c = character_at(text, at)) {
        at += c.length;
    }
    return at;
}

std::size_t end_of_name(std::string_view text, std::size_t at) {
    while (at < text.size() && is_ascii_letter(static_cast<unsigned char>(text[at]))) {
        ++at;
    }
    return at;
}

// Whether the name that begins at `start` is of a flag that may be mended, and its value follows.
bool has_value(std::string_view text, std::size_t start) {
    std::size_t at = end_of_name(text, start);
    const flag* known = find_flag(lower_ascii(text.substr(start, at - start)));
    if (known == nullptr || !is_mendable(*known)) {
        return false;
    }
    at += at < text.size() && (text[at] == ' ' || text[at] == '=') ? 1 : 0;
    std::size_t end = at;
    while (end < text.size() && text[end] != ' ' && end_of_dashes(text, end) == end
           && end - at <= longest_value) {
        end += character_at(text, end).length;
    }
    const std::vector<std::string> words{std::string(text.substr(at, end - at))};
    parsed_prompt ignored;
    return known->apply(*known, words, ignored) == std::size_t{1};
}

// Where the name of a flag begins whose dashes, from `at` on, are whole or torn apart; 0 where
// there is none that may be mended.
std::size_t flag_name_behind(std::string_view text, std::size_t at) {
    std::size_t hyphens = 0;
    std::size_t dashes = 0;
    for (int pieces = 0; pieces < most_pieces; ++pieces) {
        for (const std::size_t end = end_of_dashes(text, at); at < end;) {
            const character c = character_at(text, at);
            (is_hyphen(c.code) ? hyphens : dashes) += 1;
            at += c.length;
        }
        if (text.substr(at, 1) != " " || end_of_dashes(text, at + 1) == at + 1) {
            break;
        }
        ++at;
    }
    if (hyphens < 2 && dashes == 0) {
        return 0;
    }
    if (text.substr(at, 1) == " " && hyphens >= 2) {
        ++at; // "-- ar 16:9"; but "a Mustang — v 8" has a dash
    }
    return has_value(text, at) ? at : 0;
}

void note_mending(
    std::string_view typed, std::string_view name, bool stuck, std::vector<std::string>& notes
) {
    std::string note = "prompt: " + std::string(typed) + std::string(name);
    note += stuck ? ", stuck to the word before it," : "";
    notes.push_back(note + " was read as --" + std::string(name));
}

// With two hyphens at the start of a word for the dashes of every flag that may be mended.
std::string with_whole_flags(std::string_view text, std::vector<std::string>& notes) {
    std::string mended;
    quotations quoted(text);
    for (std::size_t at = 0; at < text.size();) {
        const bool starts_word = at == 0 || text[at - 1] == ' ';
        std::size_t end = starts_word ? end_of_url(text, at) : at;
        end = end == at ? quoted.end_of(at) : end;
        if (end != at) {
            mended += text.substr(at, end - at);
            at = end;
            continue;
        }
        end = end_of_dashes(text, at);
        const std::size_t name = end != at ? flag_name_behind(text, at) : 0;
        if (name == 0) {
            end = end == at ? at + character_at(text, at).length : end;
            mended += text.substr(at, end - at);
            at = end;
            continue;
        }
        const std::string_view typed = text.substr(at, name - at);
        const bool stuck = at > 0 && is_ascii_alnum(static_cast<unsigned char>(text[at - 1]));
        if (typed != "--" || stuck) {
            note_mending(typed, text.substr(name, end_of_name(text, name) - name), stuck, notes);
        }
        mended += starts_word ? "--" : " --";
        at = name;
    }
    return mended;
}

// A dash that an editor made counts only where it could be mended: "LIFE —fast and slow" is a
// poster.
bool holds_known_flag(std::string_view text) {
    std::vector<std::string> ignored;
    const std::string mended = with_whole_flags(text, ignored);
    const auto tokens = scan(mended);
    return std::any_of(tokens.begin(), tokens.end(), [&mended](const token& one) {
        return one.what == token::kind::flag && find_flag(one.text) != nullptr
               && mended.find("--" + one.typed) != std::string::npos;
    });
}

// Of what stands in quotes, which may be in quotes once more.
bool is_meant_as_prompt(std::string_view inside, int layer) {
    if (inside.empty() || layer >= most_layers) {
        return false;
    }
    return behind_command(inside).size() != inside.size() || holds_known_flag(inside)
           || is_meant_as_prompt(inside_quotes(inside), layer + 1);
}

struct unwrapped_prompt {
    std::string_view text; // a part of what was given
    bool quotes = false;   // were taken off
    bool command = false;  // was dropped
};

// `prompt` went through with_plain_spaces().
unwrapped_prompt without_wrapping(std::string_view prompt) {
    unwrapped_prompt found{trim(prompt)};
    for (int layer = 0; layer < most_layers; ++layer) {
        const std::string_view rest = behind_command(found.text);
        if (rest.size() != found.text.size()) {
            found.command = true;
            found.text = rest;
            continue;
        }
        const std::string_view inside = inside_quotes(found.text);
        if (!is_meant_as_prompt(inside, layer)) {
            break;
        }
        found.text = inside;
        found.quotes = true;
    }
    return found;
}

// Most prompts have none of what is mended here.
bool may_need_mending(std::string_view prompt) {
    const bool marked = prompt.find_first_of("-\"'`/") != std::string_view::npos;
    return marked || std::any_of(prompt.begin(), prompt.end(), [](char c) {
               return static_cast<unsigned char>(c) >= 0x80;
           });
}

bool can_be_mended(std::string_view prompt) {
    return prompt.size() <= max_submitted_prompt_bytes && may_need_mending(prompt)
           && is_utf8(prompt);
}

} // namespace

mended_prompt mend_prompt(std::string_view prompt) {
    mended_prompt made{std::string(prompt), {}};
    if (!can_be_mended(prompt)) {
        return made;
    }
    const std::string plain = with_plain_spaces(prompt);
    const unwrapped_prompt found = without_wrapping(plain);
    if (found.quotes) {
        made.notes.emplace_back("prompt: the quotes around it were taken off, flags inside count");
    }
    if (found.command) {
        made.notes.emplace_back("prompt: the leading /imagine was dropped");
    }
    std::string text = with_whole_flags(found.text, made.notes);
    if (!made.notes.empty()) {
        made.text = std::move(text);
    }
    return made;
}

std::string bare_prompt(std::string_view prompt) {
    if (!can_be_mended(prompt)) {
        return std::string(prompt);
    }
    const std::string plain = with_plain_spaces(prompt);
    const unwrapped_prompt found = without_wrapping(plain);
    return found.quotes || found.command ? std::string(found.text) : std::string(prompt);
}

} // namespace imagined::task
