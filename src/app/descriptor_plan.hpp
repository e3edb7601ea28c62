// How the descriptors of this process are shared out, where the system gives it too few for all
// that the configuration allows: strangers that sit on connections must not keep a paid call from
// its sockets and files.
#pragma once

#include <cstddef>

namespace imagined::app {

struct descriptor_plan {
    std::size_t connections = 0; // of the server
    std::size_t calls = 0;       // to upstreams, at a time

    friend bool operator==(const descriptor_plan&, const descriptor_plan&) = default;
};

// `limit` is how many there are, `wanted` what the configuration asks for. At least one of each is
// left, whatever the limit.
descriptor_plan share_descriptors(std::size_t limit, descriptor_plan wanted);

} // namespace imagined::app
