#include "prompt/flags.hpp"

#include "imagined/base/edit_distance.hpp"
#include "imagined/base/text.hpp"
#include "imagined/task/framing.hpp"
#include "prompt/characters.hpp"
#include "prompt/scanner.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace imagined::task {

namespace {

using consumed = std::optional<std::size_t>;

// A number as Midjourney takes it: digits with at most one point, such as "6", "6.1", ".5".
std::optional<double> parse_number(std::string_view text) {
    if (text.find_first_not_of("0123456789.") != std::string_view::npos) {
        return std::nullopt;
    }
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || stop != end) {
        return std::nullopt;
    }
    return value;
}

std::optional<std::int64_t> parse_whole(std::string_view text) {
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || stop != end || value < 0) {
        return std::nullopt;
    }
    return value;
}

template <class Number>
bool is_within(const flag& self, const std::optional<Number>& value) {
    return value && static_cast<double>(*value) >= self.low
           && static_cast<double>(*value) <= self.high;
}

bool is_url(std::string_view text) {
    return end_of_url(text, 0) != 0;
}

// The flag's value, where it takes one word: "" when there is none, which no number is.
std::string_view first(flag_words words) {
    return words.empty() ? std::string_view() : bare_value(words.front());
}

void record(const flag& self, std::string_view value, parsed_prompt& into) {
    std::string entry = "--";
    entry += self.name;
    if (!value.empty()) {
        entry += ' ';
        entry += value;
    }
    into.without_counterpart.push_back(std::move(entry));
}

consumed take_aspect(const flag&, flag_words words, parsed_prompt& into) {
    const auto value = parse_ratio(first(words));
    if (!value) {
        return std::nullopt;
    }
    into.aspect = value;
    return 1;
}

consumed take_seed(const flag& self, flag_words words, parsed_prompt& into) {
    const auto value = parse_whole(first(words));
    if (!is_within(self, value)) {
        return std::nullopt;
    }
    if (!into.seed) {
        into.seed = value;
    }
    return 1;
}

consumed take_quality(const flag&, flag_words words, parsed_prompt& into) {
    const auto value = parse_number(first(words));
    if (value != .25 && value != .5 && value != 1. && value != 2. && value != 4.) {
        return std::nullopt;
    }
    into.quality = value;
    return 1;
}

consumed take_image_weight(const flag& self, flag_words words, parsed_prompt& into) {
    const auto value = parse_number(first(words));
    if (!is_within(self, value)) {
        return std::nullopt;
    }
    into.image_weight = value;
    return 1;
}

consumed take_repeat(const flag& self, flag_words words, parsed_prompt& into) {
    const auto value = parse_whole(first(words));
    if (!is_within(self, value)) {
        return std::nullopt;
    }
    into.repeat = static_cast<int>(*value);
    return 1;
}

consumed take_zoom(const flag& self, flag_words words, parsed_prompt& into) {
    const auto value = parse_number(first(words));
    if (!is_within(self, value)) {
        return std::nullopt;
    }
    into.zoom = value;
    record(self, first(words), into);
    return 1;
}

consumed take_version(const flag& self, flag_words words, parsed_prompt& into) {
    const auto value = parse_number(first(words));
    if (!is_within(self, value)) {
        return std::nullopt;
    }
    into.version = std::string(first(words));
    return 1;
}

// The number may be missing; a word that is no number is prompt text.
consumed take_niji(const flag& self, flag_words words, parsed_prompt& into) {
    into.niji = true;
    const auto value = parse_number(first(words));
    if (!value) {
        return 0;
    }
    if (!is_within(self, value)) {
        return std::nullopt;
    }
    into.niji_version = std::string(first(words));
    return 1;
}

consumed take_style(const flag&, flag_words words, parsed_prompt& into) {
    if (first(words).empty()) {
        return std::nullopt;
    }
    into.style = std::string(first(words));
    if (lower_ascii(into.style) == "raw") {
        into.style = "raw";
    }
    return 1;
}

consumed take_raw(const flag&, flag_words, parsed_prompt& into) {
    into.style = "raw";
    return 0;
}

consumed take_mode(const flag& self, flag_words, parsed_prompt& into) {
    into.mode = parse_speed_mode(self.name);
    return 0;
}

consumed take_draft(const flag&, flag_words, parsed_prompt& into) {
    into.draft = true;
    return 0;
}

// Everything up to the next flag, cut at the commas outside quotations.
consumed take_no(const flag&, flag_words words, parsed_prompt& into) {
    const std::size_t before = into.negatives.size();
    std::string text;
    for (const std::string& word : words) {
        text += word;
        text += ' ';
    }
    quotations quoted(text);
    std::size_t start = 0;
    const auto finish = [&](std::size_t end) {
        const auto item = bare_value(trim(std::string_view(text).substr(start, end - start)));
        if (!item.empty()) {
            into.negatives.emplace_back(item);
        }
    };
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t quotation = quoted.end_of(i);
        const character c = character_at(text, i);
        if (quotation == i && (c.code == U',' || c.code == 0xff0c || c.code == 0x3001)) { // ，、
            finish(i);
            start = i + c.length;
        }
        i = quotation == i ? i + c.length : quotation;
    }
    finish(text.size());
    return into.negatives.size() == before ? std::nullopt : consumed(words.size());
}

// As many pictures as follow.
std::size_t take_urls(flag_words words, std::vector<std::string>& into) {
    std::size_t count = 0;
    while (count < words.size() && is_url(bare_value(words[count]))) {
        into.push_back(bare_url(words[count]));
        ++count;
    }
    return count;
}

// Pictures are kept; style codes and "random" are Midjourney's own and have no counterpart.
consumed take_style_refs(const flag& self, flag_words words, parsed_prompt& into) {
    std::size_t count = 0;
    while (count < words.size()) {
        const std::size_t urls = take_urls(words.subspan(count), into.style_refs);
        count += urls;
        if (urls == 0) {
            const std::string_view word = bare_value(words[count]);
            const std::string_view code = word.substr(0, word.find("::"));
            if (!is_decimal(code) && lower_ascii(code) != "random") {
                break;
            }
            record(self, word, into);
            ++count;
        }
    }
    return count == 0 ? std::nullopt : consumed(count);
}

consumed take_character_refs(const flag& self, flag_words words, parsed_prompt& into) {
    if (into.character_refs.empty()) {
        into.character_flag = "--" + std::string(self.name);
    }
    const std::size_t count = take_urls(words, into.character_refs);
    return count == 0 ? std::nullopt : consumed(count);
}

consumed take_edited(const flag& self, flag_words words, parsed_prompt& into) {
    const std::size_t count = take_urls(words, into.edited);
    return is_within(self, std::optional(into.edited.size())) ? consumed(count) : std::nullopt;
}

consumed ignore_marker(const flag& self, flag_words, parsed_prompt& into) {
    record(self, {}, into);
    return 0;
}

consumed ignore_whole(const flag& self, flag_words words, parsed_prompt& into) {
    if (!is_within(self, parse_whole(first(words)))) {
        return std::nullopt;
    }
    record(self, first(words), into);
    return 1;
}

consumed ignore_motion(const flag& self, flag_words words, parsed_prompt& into) {
    const std::string value = lower_ascii(first(words));
    if (value != "low" && value != "high") {
        return std::nullopt;
    }
    record(self, value, into);
    return 1;
}

consumed ignore_url(const flag& self, flag_words words, parsed_prompt& into) {
    if (!is_url(first(words))) {
        return std::nullopt;
    }
    record(self, {}, into);
    return 1;
}

// Profile codes are optional and look like "z2yr3kf". A single word before the next flag is one;
// of several, those that no English word looks like.
consumed ignore_profile(const flag& self, flag_words words, parsed_prompt& into) {
    std::size_t count = words.size() == 1 ? 1 : 0;
    while (words.size() > 1 && count < words.size()
           && words[count].find_first_of("0123456789-") != std::string::npos) {
        ++count;
    }
    record(self, count > 0 ? first(words) : std::string_view(), into);
    return count;
}

constexpr double max_seed = 4294967295.0;

// In the order of their names; of two that are as near to an unknown one the first is named.
constexpr flag table[] = {
    {"ar", "aspect", "宽:高，例如 16:9", "W:H, such as 16:9", take_aspect},
    {"bs", "", "1 到 4 的整数", "a whole number from 1 to 4", ignore_whole, 1, 4},
    {"chaos", "c", "0 到 100 的整数", "a whole number from 0 to 100", ignore_whole, 0, 100},
    {"creative", "", "不带值", "no value", ignore_marker},
    {"cref", "", "一个或多个图片链接", "one or more picture URLs", take_character_refs},
    {"cw", "", "0 到 100 的整数", "a whole number from 0 to 100", ignore_whole, 0, 100},
    {"draft", "", "不带值", "no value", take_draft},
    {"edit", "", "1 到 4 个图片链接", "1 to 4 picture URLs", take_edited, 1, 4},
    {"end", "", "一个图片链接", "a picture URL", ignore_url},
    {"exp", "", "0 到 100 的整数", "a whole number from 0 to 100", ignore_whole, 0, 100},
    {"fast", "", "不带值", "no value", take_mode},
    {"hd", "", "不带值", "no value", ignore_marker},
    {"hq", "", "不带值", "no value", ignore_marker},
    {"iw", "", "0 到 3 的数字", "a number from 0 to 3", take_image_weight, 0, 3},
    {"loop", "", "不带值", "no value", ignore_marker},
    {"motion", "", "low 或 high", "low or high", ignore_motion},
    {"niji", "", "版本号（可省略），例如 6", "a version, such as 6, or nothing", take_niji, 4, 99},
    {"no", "", "要避免的内容，例如 fog, rain", "what to avoid, such as fog, rain", take_no},
    {"oref", "", "一个或多个图片链接", "one or more picture URLs", take_character_refs},
    {"ow", "", "0 到 1000 的整数", "a whole number from 0 to 1000", ignore_whole, 0, 1000},
    {"profile", "p", "个性化代码（可省略）", "a profile code, or nothing", ignore_profile},
    {"public", "", "不带值", "no value", ignore_marker},
    {"quality", "q", ".25、.5、1、2 或 4", ".25, .5, 1, 2 or 4", take_quality},
    {"raw", "", "不带值", "no value", take_raw},
    {"relax", "", "不带值", "no value", take_mode},
    {"repeat", "r", "1 到 40 的整数", "a whole number from 1 to 40", take_repeat, 1, 40},
    {"sameseed",
     "",
     "0 到 4294967295 的整数",
     "a whole number from 0 to 4294967295",
     ignore_whole,
     0,
     max_seed},
    {"sd", "", "不带值", "no value", ignore_marker},
    {"seed",
     "",
     "0 到 4294967295 的整数",
     "a whole number from 0 to 4294967295",
     take_seed,
     0,
     max_seed},
    {"sref", "", "图片链接、代码或 random", "picture URLs, codes or random", take_style_refs},
    {"stealth", "", "不带值", "no value", ignore_marker},
    {"stop", "", "10 到 100 的整数", "a whole number from 10 to 100", ignore_whole, 10, 100},
    {"style", "", "风格名称，例如 raw", "the name of a style, such as raw", take_style},
    {"stylize", "s", "0 到 1000 的整数", "a whole number from 0 to 1000", ignore_whole, 0, 1000},
    {"sv", "", "1 到 8 的整数", "a whole number from 1 to 8", ignore_whole, 1, 8},
    {"sw", "", "0 到 1000 的整数", "a whole number from 0 to 1000", ignore_whole, 0, 1000},
    {"test", "", "不带值", "no value", ignore_marker},
    {"tile", "", "不带值", "no value", ignore_marker},
    {"turbo", "", "不带值", "no value", take_mode},
    {"upbeta", "", "不带值", "no value", ignore_marker},
    {"uplight", "", "不带值", "no value", ignore_marker},
    {"version", "v", "版本号，例如 6.1", "a version, such as 6.1", take_version, 1, 99},
    {"video", "", "不带值", "no value", ignore_marker},
    {"weird", "w", "0 到 3000 的整数", "a whole number from 0 to 3000", ignore_whole, 0, 3000},
    {"zoom", "", "1 到 2 的数字", "a number from 1 to 2", take_zoom, 1, 2},
};

} // namespace

const flag* find_flag(std::string_view name) {
    if (name.empty()) {
        return nullptr;
    }
    for (const flag& f : table) {
        if (f.name == name || f.alias == name) {
            return &f;
        }
    }
    return nullptr;
}

std::string_view nearest_flag(std::string_view name) {
    std::string_view nearest;
    std::size_t least = 0;
    for (const flag& f : table) {
        for (const std::string_view known : {f.name, f.alias}) {
            const std::size_t distance = edit_distance(name, known);
            if (!known.empty() && (nearest.empty() || distance < least)) {
                nearest = known;
                least = distance;
            }
        }
    }
    return nearest;
}

bool is_mendable(const flag& known) {
    constexpr std::string_view names[] = {
        "ar", "version", "stylize", "seed", "iw", "quality", "chaos", "weird", "niji"
    };
    return std::find(std::begin(names), std::end(names), known.name) != std::end(names);
}

} // namespace imagined::task
