#include "redis_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <string_view>
#include <thread>
#include <utility>

namespace imagined::redis {

namespace {

using steady = std::chrono::steady_clock;

constexpr milliseconds poll_step{1};
constexpr int program_missing_status = 127;

failure system_failure(std::string_view what) {
    return {
        failure_kind::unavailable, std::string(what) + ": " + std::generic_category().message(errno)
    };
}

// Sockets of the event loop are not closed on exec by themselves; a restarted redis-server must not
// hold our clients' connections. Async-signal-safe.
void close_on_exec_except(int kept) {
    constexpr unsigned first = 3;
    constexpr int fallback_limit = 65536;
#ifdef CLOSE_RANGE_CLOEXEC
    const bool done = close_range(first, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
#else
    const bool done = false;
#endif
    if (!done) {
        rlimit files{};
        getrlimit(RLIMIT_NOFILE, &files);
        const int end = static_cast<int>(std::min<rlim_t>(files.rlim_cur, fallback_limit));
        for (int each = first; each < end; ++each) {
            fcntl(each, F_SETFD, FD_CLOEXEC);
        }
    }
    if (kept >= 0) {
        fcntl(kept, F_SETFD, 0);
    }
}

// The child between fork and exec: only async-signal-safe calls. `report` carries errno to the
// parent; exec closes it.
[[noreturn]] void become(
    const char* program, char* const* arguments, pid_t parent, int output, int inherited, int report
) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) {
        _exit(0); // it died before prctl
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP}) {
        std::signal(number, SIG_DFL);
    }
    if (const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC); nothing >= 0) {
        dup2(nothing, STDIN_FILENO);
    }
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    close_on_exec_except(inherited);
    execvp(program, arguments);
    const int reason = errno;
    // The parent reads end-of-file, that is success, should this write fail; reap() then tells.
    [[maybe_unused]] const auto written = write(report, &reason, sizeof(reason));
    _exit(program_missing_status);
}

// 0 when exec succeeded, its errno otherwise.
int wait_for_exec(int pipe_end) {
    int reason = 0;
    ssize_t count = 0;
    do {
        count = read(pipe_end, &reason, sizeof(reason));
    } while (count < 0 && errno == EINTR);
    return count == sizeof(reason) ? reason : 0;
}

} // namespace

descriptor::descriptor(descriptor&& other) noexcept : number_(other.release()) {}

descriptor& descriptor::operator=(descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
}

descriptor::~descriptor() {
    if (number_ >= 0) {
        close(number_);
    }
}

int descriptor::release() {
    return std::exchange(number_, -1);
}

namespace {

result<descriptor> lock_file(const std::filesystem::path& path, milliseconds patience) {
    descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file.get() < 0) {
        return system_failure("embedded redis: " + path.string());
    }
    const auto end = steady::now() + patience;
    while (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            return system_failure("embedded redis: " + path.string());
        }
        if (steady::now() >= end) {
            return failure{
                failure_kind::conflict,
                "embedded redis: " + path.parent_path().string() + " is in use by another process"
            };
        }
        std::this_thread::sleep_for(poll_step);
    }
    return file;
}

} // namespace

result<descriptor> lock_directory(const std::filesystem::path& directory, milliseconds patience) {
    return lock_file(directory / "lock", patience);
}

result<descriptor> own_directory(const std::filesystem::path& directory, milliseconds patience) {
    return lock_file(directory / "owner", patience);
}

result<int> launch_process(const launch& what) {
    std::vector<char*> arguments{const_cast<char*>(what.program.c_str())};
    for (const auto& each : what.arguments) {
        arguments.push_back(const_cast<char*>(each.c_str()));
    }
    arguments.push_back(nullptr);
    const descriptor output(
        // A pipe that nobody reads is refused, not waited for.
        open(
            what.output.c_str(),
            O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
            0600
        )
    );
    if (output.get() < 0) {
        return system_failure("embedded redis: " + what.output.string());
    }
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        return system_failure("embedded redis: pipe");
    }
    const descriptor reading(ends[0]);
    descriptor writing(ends[1]);
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child < 0) {
        return system_failure("embedded redis: fork");
    }
    if (child == 0) {
        become(
            what.program.c_str(),
            arguments.data(),
            parent,
            output.get(),
            what.inherited,
            writing.get()
        );
    }
    writing = descriptor();
    if (const int reason = wait_for_exec(reading.get()); reason != 0) {
        waitpid(child, nullptr, 0);
        if (reason == ENOENT) {
            return failure{
                failure_kind::not_found,
                "redis-server was not found: install the Debian package redis-server"
            };
        }
        errno = reason;
        return system_failure("embedded redis: " + what.program);
    }
    return static_cast<int>(child);
}

std::optional<std::string> reap(int pid) {
    siginfo_t ended{};
    // Left a zombie at first: its pid, and so its group's number, cannot be reused meanwhile.
    if (waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT) != 0) {
        return "unknown";
    }
    if (ended.si_pid == 0) {
        return std::nullopt;
    }
    kill(-pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return (ended.si_code == CLD_EXITED ? "exit status " : "signal ")
           + std::to_string(ended.si_status);
}

void end_process(int pid, milliseconds patience) {
    const auto end = steady::now() + patience;
    kill(pid, SIGTERM);
    while (!reap(pid)) {
        if (steady::now() >= end) {
            kill(-pid, SIGKILL);
            kill(pid, SIGKILL);
        }
        std::this_thread::sleep_for(poll_step);
    }
}

bool answers_ping(const std::string& socket_path, milliseconds patience) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_path.size() >= sizeof(address.sun_path)) {
        return false;
    }
    std::memcpy(address.sun_path, socket_path.data(), socket_path.size());
    const descriptor peer(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    constexpr std::string_view question = "*1\r\n$4\r\nPING\r\n";
    constexpr std::string_view wanted = "+PONG\r\n";
    if (peer.get() < 0
        || connect(peer.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0
        || send(peer.get(), question.data(), question.size(), MSG_NOSIGNAL)
               != static_cast<ssize_t>(question.size())) {
        return false;
    }
    pollfd readable{peer.get(), POLLIN, 0};
    if (poll(&readable, 1, static_cast<int>(patience.count())) != 1) {
        return false;
    }
    std::array<char, 64> answer{};
    const ssize_t count = recv(peer.get(), answer.data(), answer.size(), 0);
    return count > 0 && std::string_view(answer.data(), static_cast<std::size_t>(count)) == wanted;
}

} // namespace imagined::redis
