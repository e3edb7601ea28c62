#include "imagined/base/failpoint.hpp"

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace imagined {

namespace {

// The directory is read once in a process, so all tests of this program share it.
const std::filesystem::path& directory() {
    static const std::filesystem::path made = [] {
        std::string pattern = "/tmp/imagined-failpoints-XXXXXX";
        REQUIRE(mkdtemp(pattern.data()) != nullptr);
        REQUIRE(setenv("IMAGINED_FAILPOINTS", pattern.c_str(), 1) == 0);
        return std::filesystem::path(pattern);
    }();
    return made;
}

void arm(const std::string& point, const std::string& action) {
    std::ofstream(directory() / point) << action;
}

// What becomes of a process that reaches the point.
int status_of_child_at(const std::string& point) {
    const pid_t child = fork();
    if (child == 0) {
        failpoint::hit(point);
        _exit(7);
    }
    int status = 0;
    waitpid(child, &status, WUNTRACED);
    if (WIFSTOPPED(status)) {
        kill(child, SIGCONT);
        int after = 0;
        waitpid(child, &after, 0);
        CHECK(WEXITSTATUS(after) == 7);
    }
    return status;
}

} // namespace

TEST_CASE("a failpoint that nobody armed does nothing") {
    static_assert(failpoint::compiled_in);
    directory();
    CHECK_FALSE(failpoint::hit("store.sync", ".before"));
}

TEST_CASE("an armed failpoint fires once") {
    arm("store.sync.before", "error");
    CHECK_FALSE(failpoint::hit("store.sync.after"));
    CHECK(failpoint::hit("store.", "sync", ".before"));
    CHECK_FALSE(failpoint::hit("store.sync.before"));
}

TEST_CASE("a failpoint can end or freeze the process") {
    arm("a", "kill");
    const int killed = status_of_child_at("a");
    CHECK(WIFSIGNALED(killed));
    CHECK(WTERMSIG(killed) == SIGKILL);
    arm("b", "stop");
    CHECK(WIFSTOPPED(status_of_child_at("b")));
    std::filesystem::remove_all(directory());
}

} // namespace imagined
