// A redis::client that blocks: a test's coroutine then runs to its end in one go, which makes a
// hundred thousand steps a matter of seconds. Also the raw commands with which tests look at keys
// and spoil them.
#pragma once

#include "imagined/redis/client.hpp"

#include <hiredis/hiredis.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace imagined::test {

class blocking_redis final : public redis::client {
public:
    // Throws when there is nobody at `socket`.
    explicit blocking_redis(const std::string& socket);

    awaitable<result<redis::reply>>
    execute(redis::arguments command, milliseconds deadline = {}) override;
    awaitable<result<redis::array>>
    execute_together(std::vector<redis::arguments> commands, milliseconds deadline = {}) override;
    awaitable<result<redis::reply>>
    run(const redis::function& what,
        redis::arguments keys,
        redis::arguments values,
        milliseconds deadline = {}) override;

    bool connected() const override { return true; }

    std::string trouble() const override { return {}; }

    unix_millis server_now() const override { return system_clock().now(); }

    awaitable<result<void>> measure_clock(milliseconds) override { co_return result<void>{}; }

    void close() override {}

    // One command now; throws on an error reply.
    redis::reply command(const redis::arguments& words);

    // Several in one round trip.
    std::vector<redis::reply> pipeline(const std::vector<redis::arguments>& commands);

    // Conveniences over command().
    std::string text(const redis::arguments& words);
    std::int64_t number(const redis::arguments& words);
    std::vector<std::string> list(const redis::arguments& words);

private:
    struct hang_up {
        void operator()(redisContext* context) const { redisFree(context); }
    };

    void send(const redis::arguments& words);
    redis::reply receive();

    std::unique_ptr<redisContext, hang_up> context_;
    std::set<std::string> loaded_;
};

// Text of a simple reply; "" for nil, digits for integers.
std::string to_text(const redis::reply& from);
std::vector<std::string> to_list(const redis::reply& from);

} // namespace imagined::test
