// A private redis-server for a test: its own directory under /tmp, a Unix socket, no TCP port, AOF
// with `appendfsync always`. It ends with this object, and with the test process however that ends.
#pragma once

#include "imagined/redis/client.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace imagined::test {

class redis_server {
public:
    // `extra` are further redis-server arguments, {"--requirepass", "secret"}. Ready on return.
    explicit redis_server(std::vector<std::string> extra = {}) : extra_(std::move(extra)) {
        std::string pattern = "/tmp/imagined-redis-XXXXXX";
        if (mkdtemp(pattern.data()) == nullptr) {
            throw std::runtime_error("mkdtemp failed");
        }
        directory_ = pattern;
        start();
    }

    redis_server(const redis_server&) = delete;
    redis_server& operator=(const redis_server&) = delete;

    ~redis_server() {
        kill_now();
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }

    std::string socket_path() const { return (directory_ / "redis.sock").string(); }

    std::string url() const { return "unix://" + socket_path(); }

    redis::endpoint where() const {
        redis::endpoint to;
        to.path = socket_path();
        return to;
    }

    int pid() const { return pid_; }

    // Starts it again on the same data and waits until it answers.
    void start() {
        launch();
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!answers()) {
            if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
                pid_ = 0;
                throw std::runtime_error("redis-server ended at once");
            }
            if (std::chrono::steady_clock::now() > end) {
                throw std::runtime_error("redis-server does not answer");
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }

    // kill -9; its data on disk stays. Returns when the process is gone.
    void kill_now() {
        if (pid_ != 0) {
            ::kill(pid_, SIGKILL);
            waitpid(pid_, nullptr, 0);
            pid_ = 0;
        }
    }

    void restart() {
        kill_now();
        start();
    }

    // SIGSTOP: connected and silent. Returns when it has really stopped.
    void freeze() {
        ::kill(pid_, SIGSTOP);
        waitpid(pid_, nullptr, WUNTRACED);
    }

    void thaw() { ::kill(pid_, SIGCONT); }

private:
    void launch() {
        std::vector<std::string> words{
            "redis-server",
            "--port",
            "0",
            "--unixsocket",
            socket_path(),
            "--dir",
            directory_.string(),
            "--logfile",
            (directory_ / "redis.log").string(),
            "--appendonly",
            "yes",
            "--appendfsync",
            "always",
            "--save",
            "",
            "--daemonize",
            "no",
            "--maxmemory-policy",
            "noeviction"
        };
        words.insert(words.end(), extra_.begin(), extra_.end());
        std::vector<char*> arguments;
        for (auto& word : words) {
            arguments.push_back(word.data());
        }
        arguments.push_back(nullptr);
        const pid_t parent = getpid();
        pid_ = fork();
        if (pid_ == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (getppid() != parent) {
                _exit(0);
            }
            close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
            execvp(arguments[0], arguments.data());
            _exit(127);
        }
    }

    bool answers() const {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, socket_path().c_str(), sizeof(address.sun_path) - 1);
        const int peer = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const timeval patience{1, 0};
        setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        char answer[8] = {};
        const bool fine =
            connect(peer, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0
            && send(peer, "PING\r\n", 6, MSG_NOSIGNAL) == 6
            && recv(peer, answer, sizeof(answer) - 1, 0) > 0;
        close(peer);
        // Wants a password: then it is up as well.
        return fine
               && (std::string_view(answer).starts_with("+PONG")
                   || std::string_view(answer).starts_with("-NOAUTH"));
    }

    std::vector<std::string> extra_;
    std::filesystem::path directory_;
    pid_t pid_ = 0;
};

} // namespace imagined::test
