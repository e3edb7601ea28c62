// The queue on a flushed redis-server, one for the whole program.
#pragma once

#include "blocking_redis.hpp"

#include "imagined/queue/redis_queue.hpp"
#include "tests/conformance/queue_under_test.hpp"
#include "tests/support/redis_server.hpp"

namespace imagined::test {

redis_server& shared_server();

class redis_under_test final : public queue_under_test {
public:
    redis_under_test();

    queue_ports open(const conditions& now) override;
    std::vector<std::string> trace() override; // every key

    blocking_redis raw;

private:
    queue::ports ports_;
};

} // namespace imagined::test
