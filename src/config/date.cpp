#include "date.hpp"

#include <toml++/toml.h>

#include <chrono>
#include <string>

namespace imagined::config {

namespace {

using namespace std::chrono;

constexpr std::string_view date_characters = "0123456789-:.+TtZz ";

unix_millis day_begin(const toml::date& date) {
    const sys_days day = year(date.year) / month(date.month) / std::chrono::day(date.day);
    return duration_cast<milliseconds>(day.time_since_epoch()).count();
}

milliseconds since_midnight(const toml::time& time) {
    return hours(time.hour) + minutes(time.minute) + seconds(time.second)
           + floor<milliseconds>(nanoseconds(time.nanosecond));
}

} // namespace

std::optional<unix_millis> parse_end(std::string_view text) {
    // TOML's own dates are RFC 3339; it would also take white space at the ends, and comments.
    const bool plain = text.find_first_not_of(date_characters) == std::string_view::npos;
    if (!plain || text.empty() || text.front() == ' ' || text.back() == ' ') {
        return std::nullopt;
    }
    try {
        const toml::table read = toml::parse("at = " + std::string(text));
        if (const auto* date = read["at"].as_date()) {
            return day_begin(date->get()) + milliseconds(hours(24)).count();
        }
        const auto* moment = read["at"].as_date_time();
        if (moment == nullptr || !moment->get().offset) {
            return std::nullopt;
        }
        const toml::date_time& at = moment->get();
        return day_begin(at.date) + (since_midnight(at.time) - minutes(at.offset->minutes)).count();
    } catch (const toml::parse_error&) {
        return std::nullopt;
    }
}

} // namespace imagined::config
