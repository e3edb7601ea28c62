// For tests that look at what stands in Redis, or spoil it: the fixture of the conformance suite,
// on Redis whatever the suite runs on, and raw commands.
#pragma once

#include "redis_under_test.hpp"

#include "tests/conformance/queue_fixture.hpp"

namespace imagined::test {

class redis_fixture : public queue_fixture {
public:
    redis_fixture() : redis_fixture(std::make_unique<redis_under_test>()) {}

    blocking_redis& raw;

    static std::string key(const std::string& rest) { return "test:{0}:" + rest; }

private:
    explicit redis_fixture(std::unique_ptr<redis_under_test> on)
        : queue_fixture(std::move(on)), raw(static_cast<redis_under_test&>(tested()).raw) {}
};

} // namespace imagined::test
