#include "http/byte_range.hpp"

#include <algorithm>
#include <charconv>

namespace imagined::api {

namespace {

constexpr std::string_view unit = "bytes=";

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

byte_range part(std::uint64_t first, std::uint64_t last, std::uint64_t size) {
    using kind = byte_range::kind;
    if (first >= size) {
        return {kind::unsatisfiable, 0, 0};
    }
    return {kind::part, first, std::min(last, size - 1) - first + 1};
}

std::string_view without_weakness(std::string_view tag) {
    return tag.starts_with("W/") ? tag.substr(2) : tag;
}

} // namespace

byte_range choose_range(std::string_view header, std::uint64_t size) {
    const byte_range whole{byte_range::kind::whole, 0, size};
    if (!header.starts_with(unit)) {
        return whole;
    }
    header.remove_prefix(unit.size());
    const auto dash = header.find('-');
    if (dash == std::string_view::npos) {
        return whole;
    }
    const auto first = number(header.substr(0, dash));
    const auto last = number(header.substr(dash + 1));
    const bool no_first = dash == 0;
    const bool no_last = dash + 1 == header.size();
    if (no_first && last) {
        // The last n bytes; none of nothing.
        return *last == 0 ? byte_range{byte_range::kind::unsatisfiable, 0, 0}
                          : part(size - std::min(*last, size), size, size);
    }
    if (first && no_last) {
        return part(*first, size, size);
    }
    return first && last && *first <= *last ? part(*first, *last, size) : whole;
}

bool names_etag(std::string_view header, std::string_view etag) {
    while (!header.empty()) {
        const auto end = std::min(header.find(','), header.size());
        auto tag = header.substr(0, end);
        tag.remove_prefix(std::min(tag.find_first_not_of(" \t"), tag.size()));
        tag = tag.substr(0, tag.find_last_not_of(" \t") + 1);
        if (tag == "*" || without_weakness(tag) == without_weakness(etag)) {
            return true;
        }
        header.remove_prefix(std::min(end + 1, header.size()));
    }
    return false;
}

} // namespace imagined::api
