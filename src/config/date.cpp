#include "date.hpp"

#include <charconv>
#include <chrono>

namespace imagined::config {

namespace {

using namespace std::chrono;

constexpr std::size_t most_fraction_digits = 9;

// Takes what it reads off the front of `text`.
class front_reader {
public:
    explicit front_reader(std::string_view text) : text_(text) {}

    // Exactly so many digits, as a number within both ends.
    std::optional<int> digits(std::size_t count, int least, int most) {
        int number = 0;
        if (text_.size() < count) {
            return std::nullopt;
        }
        const char* end = text_.data() + count;
        const auto read = std::from_chars(text_.data(), end, number);
        const bool plain = text_.front() != '-' && read.ec == std::errc{} && read.ptr == end;
        if (!plain || number < least || number > most) {
            return std::nullopt;
        }
        text_.remove_prefix(count);
        return number;
    }

    // One of these characters, or '\0'.
    char one_of(std::string_view expected) {
        if (text_.empty() || expected.find(text_.front()) == std::string_view::npos) {
            return '\0';
        }
        const char found = text_.front();
        text_.remove_prefix(1);
        return found;
    }

    bool at_end() const { return text_.empty(); }

private:
    std::string_view text_;
};

std::optional<sys_days> read_day(front_reader& from) {
    const auto year_of = from.digits(4, 1970, 9999);
    const bool dash = from.one_of("-") != 0;
    const auto month_of = from.digits(2, 1, 12);
    const bool second_dash = from.one_of("-") != 0;
    const auto day_of = from.digits(2, 1, 31);
    if (!year_of || !month_of || !day_of || !dash || !second_dash) {
        return std::nullopt;
    }
    const year_month_day date{
        year(*year_of), month(static_cast<unsigned>(*month_of)), day(static_cast<unsigned>(*day_of))
    };
    return date.ok() ? std::optional(sys_days(date)) : std::nullopt;
}

// "HH:MM"
std::optional<minutes> read_hour_and_minute(front_reader& from) {
    const auto hour = from.digits(2, 0, 23);
    const bool colon = from.one_of(":") != 0;
    const auto minute = from.digits(2, 0, 59);
    if (!hour || !colon || !minute) {
        return std::nullopt;
    }
    return hours(*hour) + minutes(*minute);
}

// "12:00:00.5+08:00", since the day's begin in UTC.
std::optional<milliseconds> read_time(front_reader& from) {
    const auto clock = read_hour_and_minute(from);
    const bool colon = from.one_of(":") != 0;
    const auto second = from.digits(2, 0, 60); // a leap second
    if (!clock || !colon || !second) {
        return std::nullopt;
    }
    milliseconds time = *clock + seconds(*second);
    if (from.one_of(".") != 0) {
        milliseconds digit{100};
        std::size_t count = 0;
        for (; count < most_fraction_digits; ++count) {
            const auto found = from.digits(1, 0, 9);
            if (!found) {
                break;
            }
            time += *found * digit;
            digit /= 10;
        }
        if (count == 0) {
            return std::nullopt;
        }
    }
    const char zone = from.one_of("Zz+-");
    if (zone == '+' || zone == '-') {
        const auto offset = read_hour_and_minute(from);
        if (!offset) {
            return std::nullopt;
        }
        time -= zone == '+' ? *offset : -*offset;
    }
    return zone == 0 ? std::nullopt : std::optional(time);
}

unix_millis since_epoch(sys_days day) {
    return duration_cast<milliseconds>(day.time_since_epoch()).count();
}

} // namespace

std::optional<unix_millis> parse_end(std::string_view text) {
    front_reader from(text);
    const auto day = read_day(from);
    if (!day) {
        return std::nullopt;
    }
    if (from.at_end()) {
        return since_epoch(*day + days(1));
    }
    const bool separated = from.one_of("Tt ") != 0;
    const auto time = read_time(from);
    if (!separated || !time || !from.at_end()) {
        return std::nullopt;
    }
    return since_epoch(*day) + time->count();
}

} // namespace imagined::config
