// The values a key can have, and their two spellings: TOML in the file, plain text in environment
// variables and flags.
#pragma once

#include "imagined/base/async.hpp"

#include <nlohmann/json.hpp>

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace imagined::config {

using words = std::vector<std::string>;
using durations = std::vector<milliseconds>;
using word_map = std::map<std::string, std::string>;
using number_map = std::map<std::string, double>;

// How much memory or disk: "64MB", "64MiB", or a number of bytes.
struct byte_size {
    std::int64_t bytes = 0;

    auto operator<=>(const byte_size&) const = default;
};

// A table of any depth, and the lines of the file at which its members stand.
struct tree {
    nlohmann::json what;                          // an object; null: none
    std::map<std::string, std::uint32_t> lines{}; // "generate.fields.prompt"

    bool operator==(const tree& other) const { return what == other.what; }
};

using value = std::variant<
    std::string,
    std::int64_t,
    double,
    bool,
    milliseconds,
    byte_size,
    words,
    durations,
    word_map,
    number_map,
    tree>;

// The alternatives of `value`, in their order.
enum class shape {
    text,
    integer,
    number,
    flag,
    duration,
    size,
    words,
    durations,
    word_map,
    number_map,
    tree
};

inline shape shape_of(const value& what) {
    return static_cast<shape>(what.index());
}

// True for the shapes that environment variables and flags can set.
constexpr bool has_text_form(shape is) {
    return is != shape::word_map && is != shape::number_map && is != shape::tree;
}

// "expected a duration such as \"15s\"": the error for a value of another shape.
std::string expectation(shape is);

// Reads the plain spelling: "15s", "true", "a, b". Empty when it is not of this shape.
std::optional<value> value_from_text(shape is, std::string_view text);

// "15s": the largest unit that divides the duration.
std::string format_duration(milliseconds what);

// "64MB" for 64,000,000 bytes; what is no whole number of megabytes in plain bytes.
std::string format_size(byte_size what);

// The TOML spelling, on one line.
std::string to_toml(const value& what);

// The elements between commas, trimmed; empty ones are left out.
words split_list(std::string_view text);

} // namespace imagined::config
