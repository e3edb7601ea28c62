// The embedded Redis: a private redis-server child on a Unix socket inside the data directory, AOF
// with `appendfsync always`. It is our child in every sense: it dies with us (PDEATHSIG, even on
// kill -9), is restarted when it dies alone, and keeps its data.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/redis/client.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace imagined::redis {

struct embedded_options {
    std::filesystem::path directory; // <data.dir>/redis; created 0700
    std::string program = "redis-server";
    seconds start_deadline{60}; // to the first PONG; loading a large AOF counts
    seconds stop_deadline{10};
};

// Where the socket of the embedded Redis in `directory` is (for the operator commands).
endpoint embedded_endpoint(const std::filesystem::path& directory);

class embedded_server {
public:
    // Takes the directory (at once, but waiting up to 5 s for the dying child of a process that is
    // gone), starts the child and waits, blocking, until it answers PING. Call it from the main
    // thread before other threads exist. Fails with `conflict` when another process has it,
    // `not_found` when the program is missing (the text says which package to install), `invalid`
    // when the directory's path is too long for a Unix socket, `unavailable` otherwise.
    static result<std::unique_ptr<embedded_server>> start(embedded_options options);

    // stop()s.
    virtual ~embedded_server() = default;

    virtual endpoint where() const = 0;
    virtual int pid() const = 0; // of the present child; 0 while there is none

    // False while the child keeps ending (a full disk ends it at its next write): it ended twice or
    // more, each time soon after its start, and its successor has not proved itself yet.
    virtual bool steady() const = 0;

    // Restarts the child, with back-off, whenever it ends before stop(). Runs until cancelled or
    // stopped. The kernel ties the child's life to the *thread* that forked it, so this must run on
    // a thread that lives as long as the process: the main thread.
    virtual awaitable<> supervise() = 0;

    // SIGTERM, wait up to stop_deadline, SIGKILL; then frees the directory. Blocks; idempotent.
    virtual void stop() = 0;
};

} // namespace imagined::redis
