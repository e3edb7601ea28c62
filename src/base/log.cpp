#include "imagined/base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>

namespace imagined::log {

namespace {

std::atomic<level> threshold{level::info};
std::atomic<format> shape{format::text};

spdlog::logger& sink() {
    static const auto logger = [] {
        auto made = std::make_shared<spdlog::logger>(
            "imagined", std::make_shared<spdlog::sinks::stderr_sink_mt>()
        );
        made->set_pattern("%v");
        made->set_level(spdlog::level::trace);
        made->flush_on(spdlog::level::trace);
        return made;
    }();
    return *logger;
}

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

// JSON string escaping also serves the text form: it keeps a line a line.
void append_escaped(std::string& out, std::string_view text) {
    for (const char c : text) {
        switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        default:
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
                fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
            } else {
                out += c;
            }
        }
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

void write(level severity, std::string_view message, std::initializer_list<field> fields) {
    if (!enabled(severity)) {
        return;
    }
    std::string line;
    if (shape.load(std::memory_order_relaxed) == format::json) {
        line = fmt::format(
            R"({{"time":"{}","level":"{}","message":")", timestamp(), name_of(severity)
        );
        append_escaped(line, message);
        line += '"';
        for (const auto& [key, value] : fields) {
            line += ",\"";
            append_escaped(line, key);
            line += "\":\"";
            append_escaped(line, value);
            line += '"';
        }
        line += '}';
    } else {
        line = fmt::format("{} {:<7} ", timestamp(), name_of(severity));
        append_escaped(line, message);
        for (const auto& [key, value] : fields) {
            line += fmt::format(" {}=\"", key);
            append_escaped(line, value);
            line += '"';
        }
    }
    sink().log(spdlog::level::info, line);
}

} // namespace imagined::log
