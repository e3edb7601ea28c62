// The two forms in which an operator sees a task and the queue.
#pragma once

#include "imagined/backend/roster.hpp"
#include "imagined/queue/reading.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace imagined::app {

nlohmann::json
task_json(const queue::snapshot& shown, const std::vector<task::event>& history, unix_millis now);
std::string task_text(const queue::snapshot& shown, const std::vector<task::event>& history);

// One line of a list: as JSON, or for people, with no line end in it whatever was submitted.
nlohmann::json brief_json(const queue::snapshot& shown, unix_millis now);
std::string brief_text(const queue::snapshot& shown, unix_millis now);

nlohmann::json queue_json(const queue::statistics& counted, const backend::roster& backends);
std::string queue_text(const queue::statistics& counted, const backend::roster& backends);

} // namespace imagined::app
