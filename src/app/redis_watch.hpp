// Keeps an eye on the Redis that we were given: may we start on it, and is it writable now?
#pragma once

#include "imagined/api/api.hpp"
#include "imagined/redis/client.hpp"

#include <functional>
#include <string>
#include <vector>

namespace imagined::app {

// What INFO tells, as far as we care.
struct redis_facts {
    bool loading = false;
    bool replica = false;
    bool aof = false;
    std::string policy; // maxmemory-policy
    std::string fsync;  // appendfsync; "" when the server does not tell
};

redis_facts parse_info(std::string_view info);

// Why we refuse to run on it at all, or "". An eviction policy would let Redis forget tasks.
std::string refusal_of(const redis_facts& facts);

// What an operator should know: no AOF, or an fsync other than `always` (contract §1).
std::vector<std::string> warnings_of(const redis_facts& facts);

// The present state, refreshed by watch().
struct redis_health {
    bool writable = false;
    std::string reason = "redis is not connected yet";
    std::vector<std::string> warnings;
};

// Looks every two seconds, oftener while in trouble: INFO, then a write of `<probe_key>`.
// `refused` is called once if the server may not be used at all. Runs until cancelled.
awaitable<> watch(
    redis::client& client,
    std::string probe_key,
    redis_health& health,
    std::function<void()> connected,
    std::function<void(std::string)> refused
);

} // namespace imagined::app
