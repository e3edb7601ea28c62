#include "imagined/base/log.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/base/text.hpp"
#include "log_outlet.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <ctime>

namespace imagined::log {

namespace {

std::atomic<level> threshold{level::info};
std::atomic<format> shape{format::text};

std::string_view name_of(level severity) {
    switch (severity) {
    case level::debug:
        return "debug";
    case level::info:
        return "info";
    case level::warning:
        return "warning";
    case level::error:
        return "error";
    case level::off:
        break;
    }
    return "off";
}

struct code_range {
    char32_t first;
    char32_t last;
};

// What moves other text about, ends a line for some reader, or cannot be seen: controls, format
// characters, separators.
constexpr std::array unseen{
    code_range{0x00, 0x1f},
    code_range{0x7f, 0x9f},
    code_range{0xad, 0xad},
    code_range{0x600, 0x605},
    code_range{0x61c, 0x61c},
    code_range{0x6dd, 0x6dd},
    code_range{0x70f, 0x70f},
    code_range{0x180e, 0x180e},
    code_range{0x200b, 0x200f},
    code_range{0x2028, 0x202e},
    code_range{0x2060, 0x206f},
    code_range{0xfeff, 0xfeff},
    code_range{0xfff9, 0xfffb},
    code_range{0x1bca0, 0x1bca3},
    code_range{0x1d173, 0x1d17a},
    code_range{0xe0000, 0xe0fff},
};

bool is_unseen(char32_t point) {
    return std::ranges::any_of(unseen, [point](const code_range& one) {
        return point >= one.first && point <= one.last;
    });
}

struct code_point {
    char32_t value = 0xfffd; // what is not UTF-8
    std::size_t bytes = 1;
};

// The one at the front of `text`.
code_point first_point(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80) {
        return {lead, 1};
    }
    const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1;
    if (bytes == 1 || !is_utf8(text.substr(0, bytes))) {
        return {};
    }
    char32_t value = lead & (0x7fU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        value = (value << 6) | (static_cast<unsigned char>(text[i]) & 0x3fU);
    }
    return {value, bytes};
}

// JSON string escaping also serves the text form: it keeps a line a line.
void append_escaped(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const code_point next = first_point(text);
        if (next.value == 0xfffd || next.value == '"' || next.value == '\\'
            || is_unseen(next.value)) {
            append_json_escape(out, next.value);
        } else {
            out += text.substr(0, next.bytes);
        }
        text.remove_prefix(next.bytes);
    }
}

std::string timestamp() {
    const auto now = std::chrono::system_clock::now();
    const auto whole = std::chrono::floor<std::chrono::seconds>(now);
    const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(now - whole).count();
    const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    return fmt::format(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        parts.tm_year + 1900,
        parts.tm_mon + 1,
        parts.tm_mday,
        parts.tm_hour,
        parts.tm_min,
        parts.tm_sec,
        millis
    );
}

} // namespace

void configure(const options& chosen) {
    threshold = chosen.level;
    shape = chosen.format;
}

bool enabled(level wanted) {
    return wanted >= threshold.load(std::memory_order_relaxed);
}

std::string field_text(std::string_view key, std::string_view value) {
    const bool json = shape.load(std::memory_order_relaxed) == format::json;
    std::string text = json ? ",\"" : " ";
    append_escaped(text, key);
    text += json ? "\":\"" : "=\"";
    append_escaped(text, value);
    return text += '"';
}

std::string line_of(level severity, std::string_view message, std::string_view fields) {
    const bool json = shape.load(std::memory_order_relaxed) == format::json;
    std::string line =
        json ? fmt::format(
                   R"({{"time":"{}","level":"{}","message":")", timestamp(), name_of(severity)
               )
             : fmt::format("{} {:<7} ", timestamp(), name_of(severity));
    append_escaped(line, message);
    line.append(json ? "\"" : "").append(fields).append(json ? "}" : "");
    return line;
}

void write(level severity, std::string_view message, std::initializer_list<field> fields) {
    if (!enabled(severity)) {
        return;
    }
    std::string texts;
    for (const auto& [key, value] : fields) {
        texts += field_text(key, value);
    }
    if (severity == level::warning) {
        put_warning(message, texts);
    } else {
        put_line(line_of(severity, message, texts));
    }
}

} // namespace imagined::log
