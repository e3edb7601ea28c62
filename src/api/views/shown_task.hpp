// A task as an answer shows it: the stored JSON of an ended task is passed through unparsed, with
// the addresses that its pictures have now; an open one is composed at this moment.
#pragma once

#include "imagined/base/failure.hpp"
#include "imagined/queue/reading.hpp"
#include "imagined/store/picture_addresses.hpp"

#include <string>
#include <vector>

namespace imagined::api {

// Where pictures are shown by this process. Both must outlive its use.
struct shown_at {
    const store::picture_addresses& pictures;
    std::string_view public_url;
};

// `corrupt` when the stored submission cannot be read.
result<std::string> task_json(const queue::snapshot& found, const shown_at& where, unix_millis now);

// The JSON texts of all that can be shown; what is damaged is logged and left out, so that one bad
// task does not hide the others.
std::vector<std::string>
task_jsons(const std::vector<queue::snapshot>& found, const shown_at& where, unix_millis now);

// "[a,b]"
std::string json_array(const std::vector<std::string>& items);

} // namespace imagined::api
