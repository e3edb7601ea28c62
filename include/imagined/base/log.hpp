// Logging: one function for all lines, so that a line costs nothing when its level is off and the
// text or JSON form is chosen once. Messages are sentences for an operator; details travel as
// fields ("task", "backend", ...). Secrets never enter either: config::secret cannot be formatted.
#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace imagined::log {

enum class level { debug, info, warning, error, off };
enum class format { text, json };

struct options {
    log::level level = log::level::info;
    log::format format = log::format::text;
};

using field = std::pair<std::string_view, std::string>;

// Applies to the whole process; call once, before other threads log. Lines go to standard error.
void configure(const options& chosen);

bool enabled(level wanted);

// Writes one line. What is no plain character is escaped, so input cannot forge or hide lines; of
// warnings with one message one a second is written, with a count. Usable from any thread.
void write(level severity, std::string_view message, std::initializer_list<field> fields = {});

inline void debug(std::string_view message, std::initializer_list<field> fields = {}) {
    if (enabled(level::debug)) {
        write(level::debug, message, fields);
    }
}

inline void info(std::string_view message, std::initializer_list<field> fields = {}) {
    write(level::info, message, fields);
}

inline void warning(std::string_view message, std::initializer_list<field> fields = {}) {
    write(level::warning, message, fields);
}

inline void error(std::string_view message, std::initializer_list<field> fields = {}) {
    write(level::error, message, fields);
}

} // namespace imagined::log
