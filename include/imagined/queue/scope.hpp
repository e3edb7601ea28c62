// Whose tasks a client may see.
#pragma once

#include <string>

namespace imagined::queue {

struct scope {
    std::string caller;
    bool all = false; // everybody's
};

} // namespace imagined::queue
