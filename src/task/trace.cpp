#include "imagined/task/trace.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/base/text.hpp"

#include <algorithm>

namespace imagined::task {

namespace {

constexpr std::size_t trace_digits = 32;
constexpr std::size_t span_digits = 16;
constexpr std::size_t trace_at = 3; // behind "00-"
constexpr std::size_t span_at = trace_at + trace_digits + 1;
constexpr std::size_t trace_flags_at = span_at + span_digits + 1;
constexpr std::size_t length = trace_flags_at + 2;

// Upper case is invalid.
bool is_lower_hex(std::string_view text) {
    return is_hex(text)
           && std::none_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'F'; });
}

bool is_zero(std::string_view text) {
    return text.find_first_not_of('0') == std::string_view::npos;
}

// Flags that version 00 does not know must not be passed on; it knows "sampled" and "random".
std::string known_flags(char last) {
    constexpr int known = 3;
    return std::string("0") + static_cast<char>('0' + (hex_value(last) & known));
}

} // namespace

std::optional<trace> parse_traceparent(std::string_view header) {
    if (header.size() < length || header[trace_at - 1] != '-' || header[span_at - 1] != '-'
        || header[trace_flags_at - 1] != '-') {
        return std::nullopt;
    }
    const std::string_view version = header.substr(0, 2);
    const bool whole = header.size() == length || (version != "00" && header[length] == '-');
    const std::string_view id = header.substr(trace_at, trace_digits);
    const std::string_view span = header.substr(span_at, span_digits);
    const std::string_view flags = header.substr(trace_flags_at, 2);
    if (!whole || !is_lower_hex(version) || version == "ff" || !is_lower_hex(id) || is_zero(id)
        || !is_lower_hex(span) || is_zero(span) || !is_lower_hex(flags)) {
        return std::nullopt;
    }
    return trace{std::string(id), std::string(span), known_flags(flags[1])};
}

std::string to_traceparent(const trace& through, std::string_view span) {
    return std::string("00-")
        .append(through.id)
        .append("-")
        .append(span)
        .append("-")
        .append(through.flags);
}

trace trace_of(std::string_view traceparent, std::string_view task_id) {
    if (auto named = parse_traceparent(traceparent)) {
        return *std::move(named);
    }
    const std::string digest = sha256_hex(std::string("trace of ").append(task_id));
    return {digest.substr(0, trace_digits), "", "00"};
}

std::string new_span() {
    std::string span = random_hex(span_digits / 2);
    if (is_zero(span)) {
        span.back() = '1';
    }
    return span;
}

} // namespace imagined::task
