// Idle connections by origin ("https://example.com"), youngest first out.
#pragma once

#include "wire.hpp"

#include "imagined/http/egress.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace imagined::http {

class wire_pool {
public:
    struct options {
        std::size_t max_idle_per_host = 0;
        seconds idle_lifetime{30};
    };

    wire_pool(executor on, options chosen);

    // A usable idle connection to `origin`, or nullptr. `host` and `egress` judge the address again
    // that it is connected to: whoever opened it may have been allowed more. Connections that the
    // peer closed, or that are too old, are dropped on the way.
    std::unique_ptr<wire>
    take(const std::string& origin, const std::string& host, const egress_policy* egress);

    // Keeps a connection whose last exchange is complete.
    void put(const std::string& origin, std::unique_ptr<wire> idle);

    std::size_t size() const;

private:
    using time_point = std::chrono::steady_clock::time_point;

    struct entry {
        std::unique_ptr<wire> idle;
        time_point since;
    };

    struct state {
        state(executor on, options chosen) : limits(chosen), timer(on) {}

        bool is_usable(const entry& held) const;
        void sweep();

        options limits;
        std::unordered_map<std::string, std::vector<entry>> by_origin;
        steady_timer timer; // runs only while something is idle
        bool sweeping = false;
    };

    static void schedule(const std::shared_ptr<state>& shared);

    std::shared_ptr<state> state_;
};

} // namespace imagined::http
