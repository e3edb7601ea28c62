#include "imagined/redis/embedded.hpp"

#include "backoff.hpp"
#include "redis_process.hpp"

#include "imagined/base/log.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace imagined::redis {

namespace {

namespace fs = std::filesystem;
using steady = std::chrono::steady_clock;

constexpr milliseconds lock_patience{5000}; // with the child of a process that is gone
constexpr milliseconds owner_patience{500}; // with a process that may be ending this very moment
constexpr milliseconds ready_step{1};
constexpr milliseconds ping_patience{1000};
constexpr milliseconds least_restart_pause{50};
constexpr milliseconds most_restart_pause{5000};
// A child that lived this long was healthy: its end is not part of a crash loop.
constexpr milliseconds healthy_life{30000};
// After a crash loop the child is believed when it has lived for so long.
constexpr milliseconds probation{10000};
constexpr int crashes_of_a_loop = 2;
// Where the kernel offers no pidfd to wait on.
constexpr milliseconds end_poll_step{100};
constexpr std::size_t longest_socket_path = sizeof(sockaddr_un::sun_path) - 1;

fs::path socket_in(const fs::path& directory) {
    return fs::absolute(directory).lexically_normal() / "redis.sock";
}

std::vector<std::string> server_arguments(const fs::path& directory) {
    return {
        "--port",
        "0",
        "--unixsocket",
        socket_in(directory).string(),
        "--unixsocketperm",
        "700",
        "--dir",
        directory.string(),
        "--logfile",
        (directory / "redis.log").string(),
        "--daemonize",
        "no",
        "--appendonly",
        "yes",
        "--appendfsync",
        "always",
        "--save",
        "",
        "--maxmemory-policy",
        "noeviction",
        // Task records are small hashes; some of their values are above the default of 64 bytes.
        "--hash-max-listpack-value",
        "128",
        "--always-show-logo",
        "no",
    };
}

// Resumes when the child is a zombie, or is gone.
awaitable<> wait_for_end(executor on, int pid) {
    // Not glibc's pidfd_open(): in Debian 12 its header lacks extern "C".
    descriptor end(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    if (end.get() < 0) {
        for (;;) {
            siginfo_t ended{};
            const int got =
                waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT);
            if (got != 0 || ended.si_pid != 0) {
                co_return;
            }
            co_await pause_for(end_poll_step);
        }
    }
    asio::posix::basic_stream_descriptor<executor> watched(on, end.release());
    co_await watched.async_wait(asio::posix::descriptor_base::wait_read, as_outcome);
}

// Shared between the handle and supervise(), which may be waiting when the handle goes.
struct child {
    embedded_options options;
    descriptor owner;
    descriptor lock;
    int pid = 0;
    steady::time_point started;
    int crashes = 0; // in a row, each after less than healthy_life
    bool stopping = false;

    child(embedded_options chosen, descriptor owned, descriptor held)
        : options(std::move(chosen)), owner(std::move(owned)), lock(std::move(held)) {}

    child(const child&) = delete;
    child& operator=(const child&) = delete;

    ~child() { stop(); }

    result<void> launch_server();
    result<void> wait_until_ready();
    void stop();
};

result<void> child::launch_server() {
    const launch what{
        options.program,
        server_arguments(options.directory),
        options.directory / "redis.log",
        lock.get()
    };
    const auto launched = launch_process(what);
    if (!launched) {
        return launched.error();
    }
    pid = *launched;
    started = steady::now();
    return {};
}

result<void> child::wait_until_ready() {
    const std::string log = (options.directory / "redis.log").string();
    const std::string socket = socket_in(options.directory).string();
    const auto end = steady::now() + options.start_deadline;
    while (!answers_ping(socket, ping_patience)) {
        if (const auto ended = reap(pid)) {
            pid = 0;
            return failure{
                failure_kind::unavailable,
                "embedded redis: redis-server ended at once (" + *ended + "); see " + log
            };
        }
        if (steady::now() >= end) {
            return failure{
                failure_kind::unavailable,
                "embedded redis: not ready within " + std::to_string(options.start_deadline.count())
                    + " s; see " + log
            };
        }
        std::this_thread::sleep_for(ready_step);
    }
    return {};
}

void child::stop() {
    stopping = true;
    if (const int ending = std::exchange(pid, 0); ending != 0) {
        end_process(ending, options.stop_deadline);
    }
    lock = descriptor();
    owner = descriptor();
}

awaitable<> keep_alive(std::shared_ptr<child> kept) {
    const executor on = co_await asio::this_coro::executor;
    backoff pause(least_restart_pause, most_restart_pause);
    while (!kept->stopping) {
        if (kept->pid != 0) {
            const int watched = kept->pid;
            co_await wait_for_end(on, watched);
            // stop() may have collected it meanwhile.
            const auto ended = kept->pid == watched ? reap(watched) : std::nullopt;
            if (!ended) {
                co_await pause_for(end_poll_step); // should the watch itself fail: no busy loop
                continue;
            }
            kept->pid = 0;
            log::error("the embedded Redis ended; restarting it", {{"reason", *ended}});
            ++kept->crashes;
            if (steady::now() - kept->started > healthy_life) {
                pause.reset();
                kept->crashes = 0;
            }
        }
        co_await pause_for(pause.next());
        if (kept->stopping) {
            break;
        }
        // Not waited for: the clients reconnect by themselves when it accepts.
        if (const auto launched = kept->launch_server(); !launched) {
            log::error("the embedded Redis cannot start", {{"reason", launched.error().detail}});
        }
    }
}

class child_server final : public embedded_server {
public:
    explicit child_server(std::shared_ptr<child> kept) : child_(std::move(kept)) {}

    ~child_server() override { child_->stop(); }

    child_server(const child_server&) = delete;
    child_server& operator=(const child_server&) = delete;

    endpoint where() const override { return embedded_endpoint(child_->options.directory); }

    int pid() const override { return child_->pid; }

    bool steady() const override {
        return child_->crashes < crashes_of_a_loop
               || (child_->pid != 0 && steady::now() - child_->started > probation);
    }

    awaitable<> supervise() override { return keep_alive(child_); }

    void stop() override { child_->stop(); }

private:
    std::shared_ptr<child> child_;
};

result<fs::path> prepare_directory(const fs::path& wanted) {
    fs::path directory = fs::absolute(wanted).lexically_normal();
    if (const auto socket = socket_in(directory).string(); socket.size() > longest_socket_path) {
        return failure{
            failure_kind::invalid,
            "embedded redis: the path " + socket + " is longer than the "
                + std::to_string(longest_socket_path)
                + " bytes a Unix socket may have; choose a shorter data directory"
        };
    }
    std::error_code error;
    fs::create_directories(directory, error);
    if (!error) {
        fs::permissions(directory, fs::perms::owner_all, error);
    }
    if (error) {
        return failure{
            failure_kind::unavailable,
            "embedded redis: " + directory.string() + ": " + error.message()
        };
    }
    return directory;
}

} // namespace

endpoint embedded_endpoint(const fs::path& directory) {
    endpoint where;
    where.path = socket_in(directory).string();
    return where;
}

result<std::unique_ptr<embedded_server>> embedded_server::start(embedded_options options) {
    auto directory = prepare_directory(options.directory);
    if (!directory) {
        return directory.error();
    }
    options.directory = *directory;
    auto owner = own_directory(options.directory, owner_patience);
    if (!owner) {
        return owner.error();
    }
    auto lock = lock_directory(options.directory, lock_patience);
    if (!lock) {
        return lock.error();
    }
    auto kept = std::make_shared<child>(std::move(options), std::move(*owner), std::move(*lock));
    if (auto launched = kept->launch_server(); !launched) {
        return launched.error();
    }
    if (auto ready = kept->wait_until_ready(); !ready) {
        return ready.error(); // ends the child
    }
    return std::unique_ptr<embedded_server>(std::make_unique<child_server>(std::move(kept)));
}

} // namespace imagined::redis
