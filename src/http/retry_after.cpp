#include "imagined/http/retry_after.hpp"

#include "imagined/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

namespace imagined::http {

namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

template <class Number>
bool read_number(std::string_view text, Number& into) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return error == std::errc() && end == text.data() + text.size();
}

// "Fri, 20 Nov 2026 11:30:00 GMT", the one form that may still be sent (RFC 9110 §5.6.7).
std::optional<sys_seconds> date_of(std::string_view text) {
    static constexpr std::array<std::string_view, 12> months{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };
    if (text.size() != 29 || text.substr(25) != " GMT") {
        return std::nullopt;
    }
    const auto month = std::find(months.begin(), months.end(), text.substr(8, 3));
    unsigned day = 0;
    int year = 0;
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;
    const bool read = read_number(text.substr(5, 2), day) && read_number(text.substr(12, 4), year)
                      && read_number(text.substr(17, 2), hour)
                      && read_number(text.substr(20, 2), minute)
                      && read_number(text.substr(23, 2), second);
    if (!read || month == months.end()) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{
        std::chrono::year(year),
        std::chrono::month(static_cast<unsigned>(month - months.begin()) + 1),
        std::chrono::day(day)
    };
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) {
        return std::nullopt;
    }
    return sys_seconds(std::chrono::sys_days(date)) + std::chrono::hours(hour)
           + std::chrono::minutes(minute) + seconds(second);
}

} // namespace

std::optional<seconds> retry_after_of(const fields& headers, sys_seconds now, seconds longest) {
    const std::string_view wish = headers.get("Retry-After");
    if (is_decimal(wish)) {
        std::uint32_t count = 0; // what does not fit is long
        return read_number(wish, count) ? std::min(seconds(count), longest) : longest;
    }
    const auto until = date_of(wish);
    if (!until) {
        return std::nullopt;
    }
    const auto since = date_of(headers.get("Date")).value_or(now);
    return std::clamp(seconds(*until - since), seconds(0), longest);
}

} // namespace imagined::http
