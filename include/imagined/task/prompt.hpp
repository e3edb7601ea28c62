// Midjourney's prompt grammar (mj-api.md §9): leading picture URLs, text with `::` weights, and
// `--flags` anywhere. Parsing is total: every `--word` is either understood or refused by name, so
// nothing that starts with `--` can reach the picture.
#pragma once

#include "imagined/task/bilingual.hpp"
#include "imagined/task/render_request.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::task {

struct parsed_prompt {
    std::string text;                    // spaces collapsed, weights and flags taken out
    std::vector<std::string> image_urls; // the leading ones, in order
    std::vector<std::string> negatives;  // --no in order, then negative weight parts
    std::optional<ratio> aspect;
    std::optional<std::int64_t> seed;   // as given, 0..4294967295
    std::optional<double> quality;      // .25 .5 1 2 4
    std::optional<double> image_weight; // --iw 0..3
    std::optional<std::string> version; // "6.1"; without niji
    bool niji = false;
    std::string niji_version;       // "" for a bare --niji
    std::string style;              // --style value, "raw" for --raw too
    std::optional<speed_mode> mode; // --fast --relax --turbo; the last one wins
    bool draft = false;
    int repeat = 1;                          // --r 1..40
    std::vector<std::string> style_refs;     // --sref, URLs only
    std::vector<std::string> character_refs; // --cref, --oref, URLs only
    std::string character_flag;              // by which the first of them came: "--oref"
    std::vector<std::string> edited;         // --edit, 1 to 4 URLs
    std::optional<double> zoom;              // --zoom 1..2, which only the zoom modal understands
    // Accepted, range-checked, and without a counterpart: "--chaos 20", in order.
    std::vector<std::string> without_counterpart;

    friend bool operator==(const parsed_prompt&, const parsed_prompt&) = default;
};

// The reason names the flag and what was expected, in both languages.
struct prompt_error {
    std::string flag; // "--xyz", or "prompt"
    bilingual reason;

    friend bool operator==(const prompt_error&, const prompt_error&) = default;
};

// Required by boost::system::result.
[[noreturn]] void throw_exception_from_error(const prompt_error&, const boost::source_location&);

template <class T>
using prompt_result = boost::system::result<T, prompt_error>;

// Em and en dashes before a word count as `--`; names are matched without case; values may hold
// hyphens and quoted text; `--no` collects up to the next flag and may repeat; of repeated flags
// the last one wins, but the first seed. A flag may stand anywhere: what follows its value is text
// again. In double quotes nothing is a flag or a weight, but hyphens before a word become an em
// dash there. Control characters and all kinds of white space become one space. Fails for an
// unknown flag, a bad or missing value, text that is not UTF-8, a text (or --no) over
// max_prompt_bytes, and when no text is left (with images, an empty text is allowed).
prompt_result<parsed_prompt> parse_prompt(std::string_view prompt);

inline constexpr std::size_t max_prompt_bytes =
    10000; // Ideogram's v2 page; nothing else states one
// As submitted, flags and URLs included.
inline constexpr std::size_t max_submitted_prompt_bytes = 4 * max_prompt_bytes;

// Midjourney's permutations: "a {red, blue} cat" -> two prompts; braces nest, `\{` is a brace. The
// prompt alone without braces. Fails above `most`, with unbalanced braces, or when they nest deeper
// than max_brace_depth.
prompt_result<std::vector<std::string>>
expand_permutations(std::string_view prompt, std::size_t most);

inline constexpr int max_brace_depth = 16;

} // namespace imagined::task
