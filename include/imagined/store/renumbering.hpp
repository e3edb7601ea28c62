// The pictures of a task get consecutive numbers when some of them turn out to be of no use: the
// second picture of a task is the second one that it has. Blocks on the disk.
#pragma once

#include "imagined/store/image_store.hpp"

#include <string_view>
#include <vector>

namespace imagined::store {

// Afterwards pictures 1, 2, … of a task are those that were `numbers` (ascending, from 1 up to
// `last`), and no other one up to `last` is there. Durable. It leaves a mark as long as the task
// has pictures: whoever takes the task over in between or later knows that a number is no proof of
// which picture it is. Fails with `unavailable`, half done.
result<void>
renumber(const image_store& in, std::string_view id, const std::vector<int>& numbers, int last);

bool renumbered(const image_store& in, std::string_view id);

} // namespace imagined::store
