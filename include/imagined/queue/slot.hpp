// Where calls are made: keys of backends, and the classes of tasks that they may serve.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace imagined::queue {

// A backend's key, where places are counted over all processes: at most `limit` calls, and
// `pictures` pictures that they ask for, are in progress in its group. What is told of a slot last
// holds for all.
struct slot {
    std::string name;
    int limit = 1;
    std::string group = {}; // shares both limits; "": the slot by itself
    int pictures = 0;       // 0: no limit
    int asks = 1;           // how many pictures the call in question asks for
};

// A class of tasks and the keys that may serve it, best first. Without slots: tasks whose answers
// are paid and recorded and only need storing.
struct lane {
    std::string name;
    std::vector<slot> slots;
};

inline constexpr std::string_view storing_lane = "storing";

} // namespace imagined::queue
