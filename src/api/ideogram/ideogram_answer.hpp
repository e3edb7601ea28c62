// Ideogram's answer to a task, put together from what its calls were answered: one body, whatever
// number of calls it took, with links to our own copies.
#pragma once

#include "imagined/task/record.hpp"
#include "imagined/task/vocabulary.hpp"

#include <map>
#include <string>
#include <vector>

namespace imagined::api {

// A picture of the task that can be fetched here.
struct own_copy {
    std::string url;
    std::string size; // "1024x1024"
};

// `copies` by picture number. A picture that was withheld or is not there has a null url. What the
// upstream sent stays; the fields that Ideogram's clients rely on are there whichever relay drew
// it. "null" if no call was answered.
std::string ideogram_answer(
    task::operation what,
    const std::vector<task::call>& calls,
    const std::map<int, own_copy>& copies
);

} // namespace imagined::api
