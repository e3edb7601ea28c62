#include "rate.hpp"

#include <charconv>

namespace imagined::config {

namespace {

constexpr int most_in_a_period = 1'000'000;

std::optional<milliseconds> period_of(std::string_view unit) {
    using namespace std::chrono;
    if (unit == "s") {
        return seconds(1);
    }
    if (unit == "m") {
        return minutes(1);
    }
    if (unit == "h") {
        return hours(1);
    }
    return unit == "d" ? std::optional<milliseconds>(hours(24)) : std::nullopt;
}

} // namespace

std::optional<queue::rate_limit> parse_rate(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) {
        return std::nullopt;
    }
    int count = 0;
    const char* end = text.data() + slash;
    const auto read = std::from_chars(text.data(), end, count);
    const auto period = period_of(text.substr(slash + 1));
    const bool whole = read.ec == std::errc{} && read.ptr == end;
    if (!whole || count < 1 || count > most_in_a_period || !period) {
        return std::nullopt;
    }
    return queue::rate_limit{count, *period};
}

} // namespace imagined::config
