// Where lines go, in the order in which they come: to standard error at once, or to a queue that
// the log_writer's thread empties.
#pragma once

#include <string>
#include <string_view>

namespace imagined::log {

enum class level;

// `line` has no line end yet. Usable from any thread.
void put_line(std::string line);

// A line of the chosen form; `fields` are in it already, each begun by a separator.
std::string line_of(level severity, std::string_view message, std::string_view fields);

// " key=\"value\"" or its JSON form.
std::string field_text(std::string_view key, std::string_view value);

// As put_line(), for a warning, unless one of the same message was just written.
void put_warning(std::string_view message, const std::string& fields);

} // namespace imagined::log
