#include "imagined/base/step_back.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>

#include <algorithm>
#include <thread>

TEST_CASE("a thread that steps back yields to the others, and they keep their priority") {
    const int before = getpriority(PRIO_PROCESS, 0);
    int lowered = before;
    std::thread worker([&lowered] {
        imagined::step_back();
        imagined::step_back(); // once is enough
        lowered = getpriority(PRIO_PROCESS, 0);
    });
    worker.join();
    CHECK(lowered == std::min(before + 10, 19)); // from wherever this test was started
    CHECK(getpriority(PRIO_PROCESS, 0) == before);
}
