#include "value.hpp"

#include "imagined/base/text.hpp"
#include "imagined/config/settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace imagined::config {

namespace {

constexpr std::string_view white_space = " \t\r\n";

template <class Number>
std::optional<Number> read_number(std::string_view text) {
    Number number{};
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    const auto [stop, error] = std::from_chars(begin, end, number);
    if (error != std::errc{} || stop != end) {
        return std::nullopt;
    }
    return number;
}

struct unit {
    std::string_view name;
    std::int64_t millis;
};

// From long to short, so that the first one that divides a duration is the largest.
constexpr std::array units{
    unit{"d", 86400000}, unit{"h", 3600000}, unit{"m", 60000}, unit{"s", 1000}, unit{"ms", 1}
};

struct size_unit {
    std::string_view name;
    std::int64_t bytes;
};

constexpr std::array size_units{
    size_unit{"B", 1},
    size_unit{"kB", 1000},
    size_unit{"KB", 1000},
    size_unit{"MB", 1000000},
    size_unit{"GB", 1000000000},
    size_unit{"TB", 1000000000000},
    size_unit{"KiB", 1LL << 10},
    size_unit{"MiB", 1LL << 20},
    size_unit{"GiB", 1LL << 30},
    size_unit{"TiB", 1LL << 40}
};
constexpr std::int64_t megabyte = 1000000;
constexpr std::int64_t largest_size = 1LL << 50; // beyond any disk; sums cannot overflow

// Far beyond any sensible setting, and far below what would overflow in a sum of time points.
constexpr std::int64_t longest_duration = 100LL * 365 * 86400000;

std::optional<byte_size> read_size(std::string_view text) {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto count = read_number<std::int64_t>(text.substr(0, digits));
    const std::string_view name = trim(text.substr(digits), white_space);
    for (const size_unit& candidate : size_units) {
        if (count && candidate.name == (name.empty() ? "B" : name)
            && *count <= largest_size / candidate.bytes) {
            return byte_size{*count * candidate.bytes};
        }
    }
    return std::nullopt;
}

std::optional<durations> read_durations(std::string_view text) {
    durations list;
    for (const std::string& item : split_list(text)) {
        const auto read = parse_duration(item);
        if (!read) {
            return std::nullopt;
        }
        list.push_back(*read);
    }
    return list;
}

std::string quote(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if (code < 0x20 || code == 0x7f) {
            quoted += fmt::format("\\u{:04X}", static_cast<unsigned>(code));
        } else {
            quoted += c;
        }
    }
    return quoted + '"';
}

std::string number_text(double number) {
    std::string text = fmt::format("{}", number);
    if (text.find_first_of(".en") == std::string::npos) {
        text += ".0"; // else TOML reads an integer; harmless to us, surprising to others
    }
    return text;
}

struct toml_writer {
    std::string operator()(const std::string& text) const { return quote(text); }

    std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }

    std::string operator()(double number) const { return number_text(number); }

    std::string operator()(bool flag) const { return flag ? "true" : "false"; }

    std::string operator()(milliseconds duration) const { return quote(format_duration(duration)); }

    std::string operator()(byte_size size) const {
        const std::string text = format_size(size);
        return text.ends_with('B') ? quote(text) : text;
    }

    template <class Item>
    std::string operator()(const std::vector<Item>& list) const {
        std::vector<std::string> items;
        items.reserve(list.size());
        for (const Item& item : list) {
            items.push_back((*this)(item));
        }
        return fmt::format("[{}]", fmt::join(items, ", "));
    }

    template <class Item>
    std::string operator()(const std::map<std::string, Item>& map) const {
        std::vector<std::string> items;
        items.reserve(map.size());
        for (const auto& [key, item] : map) {
            items.push_back(quote(key) + " = " + (*this)(item));
        }
        return items.empty() ? "{}" : fmt::format("{{ {} }}", fmt::join(items, ", "));
    }

    std::string operator()(const tree& below) const { return any(below.what); }

private:
    std::string any(const nlohmann::json& node) const {
        if (node.is_string()) {
            return quote(node.get_ref<const std::string&>());
        }
        if (!node.is_structured() && !node.is_null()) {
            return node.is_number_float() ? number_text(node.get<double>()) : node.dump();
        }
        std::vector<std::string> items;
        for (const auto& [key, item] : node.items()) {
            items.push_back(node.is_array() ? any(item) : quote(key) + " = " + any(item));
        }
        const std::string inner = fmt::format("{}", fmt::join(items, ", "));
        return node.is_array() ? fmt::format("[{}]", inner)
               : items.empty() ? "{}"
                               : fmt::format("{{ {} }}", inner);
    }
};

} // namespace

std::string expectation(shape is) {
    switch (is) {
    case shape::text:
        return "expected a string";
    case shape::integer:
        return "expected a whole number";
    case shape::number:
        return "expected a number";
    case shape::flag:
        return "expected true or false";
    case shape::duration:
        return "expected a duration such as \"250ms\", \"15s\" or \"7d\"";
    case shape::size:
        return "expected a size such as \"64MB\", \"64MiB\" or a number of bytes";
    case shape::words:
        return "expected a list of strings";
    case shape::durations:
        return "expected a list of durations such as [\"0s\", \"5m\"]";
    case shape::word_map:
        return "expected a table of strings";
    case shape::number_map:
        return "expected a table of numbers";
    case shape::tree:
        return "expected a table";
    }
    return "";
}

std::optional<value> value_from_text(shape is, std::string_view text) {
    switch (is) {
    case shape::text:
        return std::string(text);
    case shape::words:
        return split_list(text);
    case shape::integer:
        if (const auto number = read_number<std::int64_t>(trim(text, white_space))) {
            return *number;
        }
        break;
    case shape::number:
        if (const auto number = read_number<double>(trim(text, white_space));
            number && std::isfinite(*number)) {
            return *number;
        }
        break;
    case shape::flag:
        if (const auto word = trim(text, white_space); word == "true" || word == "false") {
            return word == "true";
        }
        break;
    case shape::duration:
        if (const auto duration = parse_duration(trim(text, white_space))) {
            return *duration;
        }
        break;
    case shape::size:
        if (const auto size = read_size(trim(text, white_space))) {
            return *size;
        }
        break;
    case shape::durations:
        if (auto list = read_durations(text)) {
            return *std::move(list);
        }
        break;
    case shape::word_map:
    case shape::number_map:
    case shape::tree:
        break;
    }
    return std::nullopt;
}

result<milliseconds> parse_duration(std::string_view text) {
    const auto digits = text.find_first_not_of("0123456789");
    if (digits != 0 && digits != std::string_view::npos) {
        const auto count = read_number<std::int64_t>(text.substr(0, digits));
        for (const unit& candidate : units) {
            if (candidate.name == text.substr(digits) && count
                && *count <= longest_duration / candidate.millis) {
                return milliseconds(*count * candidate.millis);
            }
        }
    }
    return failure{failure_kind::invalid, expectation(shape::duration)};
}

std::string format_duration(milliseconds what) {
    if (what.count() == 0) {
        return "0s";
    }
    for (const unit& candidate : units) {
        if (what.count() % candidate.millis == 0) {
            return fmt::format("{}{}", what.count() / candidate.millis, candidate.name);
        }
    }
    return {};
}

std::string format_size(byte_size what) {
    return what.bytes % megabyte == 0 && what.bytes > 0 ? fmt::format("{}MB", what.bytes / megabyte)
                                                        : fmt::format("{}", what.bytes);
}

std::string to_toml(const value& what) {
    return std::visit(toml_writer{}, what);
}

words split_list(std::string_view text) {
    words list;
    for (const auto piece : split(text, ',')) {
        if (const auto item = trim(piece, white_space); !item.empty()) {
            list.emplace_back(item);
        }
    }
    return list;
}

} // namespace imagined::config
