// The redis-server child as the kernel sees it: forked with everything an orphan-free life needs,
// probed over its socket, ended by pid. Blocking calls with deadlines; no event loop here.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/failure.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace imagined::redis {

// An owned file descriptor, closed on exec.
class descriptor {
public:
    explicit descriptor(int number = -1) : number_(number) {}

    descriptor(descriptor&& other) noexcept;
    descriptor& operator=(descriptor&& other) noexcept;
    ~descriptor();

    int get() const { return number_; }

    int release();

private:
    int number_;
};

// Holds `directory`/lock exclusively, waiting up to `patience` for whoever holds it. The child
// inherits the descriptor on purpose: as long as a dying redis-server lives, nobody else gets in.
result<descriptor> lock_directory(const std::filesystem::path& directory, milliseconds patience);

// Likewise `directory`/owner, which no child inherits: it is free the moment that the process which
// took it is gone. So whoever finds it taken has a living process before him, not a dying child.
result<descriptor> own_directory(const std::filesystem::path& directory, milliseconds patience);

struct launch {
    std::string program;
    std::vector<std::string> arguments;
    std::filesystem::path output; // where the child's stdout and stderr go
    int inherited = -1;           // the one descriptor the child keeps
};

// Forks and executes; returns the pid once exec succeeded. The child has its own process group and
// gets SIGTERM when the *thread* that called this ends. Fails with `not_found` when there is no
// such program.
result<int> launch_process(const launch& what);

// Collects the child's end, if it has ended: "exit status 1", "signal 9". Its process group (an AOF
// rewrite of its own, say) is killed with it.
std::optional<std::string> reap(int pid);

// Ends the child and collects it: SIGTERM, up to `patience`, SIGKILL.
void end_process(int pid, milliseconds patience);

// Asks PING on the Unix socket. True for PONG; false when it does not listen yet, still loads, or
// does not answer within `patience`.
bool answers_ping(const std::string& socket_path, milliseconds patience);

} // namespace imagined::redis
