// A task as an answer shows it: the stored JSON of an ended task is passed through unparsed, an
// open one is composed at this moment.
#pragma once

#include "imagined/base/failure.hpp"
#include "imagined/queue/task_queue.hpp"

#include <string>
#include <vector>

namespace imagined::api {

// `corrupt` when the stored submission cannot be read.
result<std::string> task_json(const queue::snapshot& found, unix_millis now);

// The JSON texts of all that can be shown; what is damaged is logged and left out, so that one bad
// task does not hide the others.
std::vector<std::string> task_jsons(const std::vector<queue::snapshot>& found, unix_millis now);

// "[a,b]"
std::string json_array(const std::vector<std::string>& items);

} // namespace imagined::api
