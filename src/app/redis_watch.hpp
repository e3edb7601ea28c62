// Keeps an eye on the Redis that we were given: may we start on it, and can we work with it now?
#pragma once

#include "imagined/queue/operating.hpp"
#include "imagined/redis/client.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace imagined::app {

// What INFO tells, as far as we care.
struct redis_facts {
    bool loading = false;
    bool aof = false;
    std::string policy; // maxmemory-policy
    std::string fsync;  // appendfsync; "" when the server does not tell
};

redis_facts parse_info(std::string_view info);

// Why it must not be used, or "". An eviction policy would let Redis forget tasks.
std::string refusal_of(const redis_facts& facts);

// What an operator should know: no AOF, or an fsync other than `always` (contract §1).
std::vector<std::string> warnings_of(const redis_facts& facts);

// The present state, refreshed by watch().
struct redis_health {
    bool writable = false;
    // What is wrong stays so until somebody mends it: nothing new is begun meanwhile, and what is
    // under way goes on.
    bool barred = false;
    std::string reason = "redis is not connected yet";
    std::vector<std::string> warnings;
};

// What a look comes to: `probed` is what the queue's own write said, if it was tried.
redis_health judge(const result<redis_facts>& facts, const std::optional<result<void>>& probed);

// Looks every two seconds, oftener while in trouble: INFO, a write by the queue's functions, and
// the server's clock. Configuration is judged once, by the first look that is answered: `refused`
// is then called if the server may not be used at all, and this ends. What turns out wrong later
// only shows in `health`. Runs until cancelled.
awaitable<> watch(
    redis::client& client,
    queue::operating& tasks,
    redis_health& health,
    std::function<void()> connected,
    std::function<void(std::string)> refused
);

} // namespace imagined::app
