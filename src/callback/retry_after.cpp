#include "retry_after.hpp"

#include "imagined/callback/delivery_plan.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string>

namespace imagined::callback {

namespace {

bool all_digits(std::string_view text) {
    return !text.empty()
           && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<milliseconds> parse_seconds(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const std::int64_t most = std::chrono::duration_cast<seconds>(max_retry_after).count();
    if (error == std::errc::result_out_of_range) {
        return max_retry_after;
    }
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return milliseconds(std::min(value, most) * 1000);
}

// "Sun, 06 Nov 1994 08:49:37 GMT", the only form that may be generated today.
std::optional<unix_millis> parse_date(const std::string& text) {
    std::tm parts{};
    const char* end = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (end == nullptr || *end != '\0') {
        return std::nullopt;
    }
    return static_cast<unix_millis>(timegm(&parts)) * 1000;
}

} // namespace

std::optional<milliseconds> parse_retry_after(std::string_view value, unix_millis now) {
    if (all_digits(value)) {
        return parse_seconds(value);
    }
    const auto date = parse_date(std::string(value));
    if (!date) {
        return std::nullopt;
    }
    return std::clamp(milliseconds(*date - now), milliseconds(0), max_retry_after);
}

} // namespace imagined::callback
