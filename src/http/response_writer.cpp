#include "response_writer.hpp"

#include "grammar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace imagined::http {

namespace {

bool is_final(int status) {
    return status >= 200 && status <= 599;
}

bool is_safe(std::string_view name, std::string_view value) {
    return is_token(name) && is_field_value(value);
}

bool is_ours(std::string_view name) {
    constexpr std::array<std::string_view, 4> ours{
        "Content-Length", "Date", "Connection", "Transfer-Encoding"
    };
    return std::any_of(ours.begin(), ours.end(), [&](auto held) { return iequals(held, name); });
}

void append_number(std::string& out, std::uint64_t number) {
    const fmt::format_int digits(number);
    out.append(digits.data(), digits.size());
}

} // namespace

bool is_writable(const response& answer) {
    return is_final(answer.status)
           && std::all_of(answer.headers.begin(), answer.headers.end(), [](const auto& entry) {
                  return is_safe(entry.name, entry.value);
              });
}

void make_writable(response& answer) {
    fields safe;
    for (const auto& [name, value] : answer.headers) {
        if (is_safe(name, value)) {
            safe.add(name, value);
        }
    }
    answer.headers = std::move(safe);
    if (!is_final(answer.status)) {
        answer.status = 500;
    }
}

bool is_bodiless(int status) {
    return status == 204 || status == 304;
}

void write_head(std::string& out, const response& answer, const head_facts& facts) {
    out.assign("HTTP/1.1 ");
    append_number(out, static_cast<std::uint64_t>(answer.status));
    out.append(" ").append(reason_phrase(answer.status));
    out.append("\r\nDate: ").append(facts.date).append("\r\n");
    if (facts.chunked) {
        out += "Transfer-Encoding: chunked\r\n";
    } else if (facts.body_bytes && !is_bodiless(answer.status)) {
        out += "Content-Length: ";
        append_number(out, *facts.body_bytes);
        out += "\r\n";
    }
    if (facts.then == after_answer::close) {
        out += "Connection: close\r\n";
    } else if (facts.then == after_answer::keep_http_1_0) {
        out += "Connection: keep-alive\r\n";
    }
    for (const auto& [name, value] : answer.headers) {
        if (!is_ours(name)) {
            out.append(name).append(": ").append(value).append("\r\n");
        }
    }
    out += "\r\n";
}

std::string chunk_head(std::size_t bytes) {
    return fmt::format("{:x}\r\n", bytes);
}

std::string_view http_date::at(std::int64_t unix_seconds) {
    // Not strftime("%a"): that follows the process's locale.
    constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<std::string_view, 12> months{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };
    if (unix_seconds != second_) {
        second_ = unix_seconds;
        const auto time = static_cast<std::time_t>(unix_seconds);
        std::tm parts{};
        gmtime_r(&time, &parts);
        text_ = fmt::format(
            "{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
            days[static_cast<std::size_t>(parts.tm_wday)],
            parts.tm_mday,
            months[static_cast<std::size_t>(parts.tm_mon)],
            parts.tm_year + 1900,
            parts.tm_hour,
            parts.tm_min,
            parts.tm_sec
        );
    }
    return text_;
}

} // namespace imagined::http
