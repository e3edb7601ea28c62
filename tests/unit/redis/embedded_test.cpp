#include "client_fixture.hpp"

#include "imagined/base/task_group.hpp"
#include "imagined/redis/embedded.hpp"
#include "redis_process.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

using namespace imagined;
using namespace imagined::test;
using redis::embedded_options;
using redis::embedded_server;
namespace fs = std::filesystem;

namespace {

struct temporary_directory {
    temporary_directory() {
        std::string pattern = "/tmp/imagined-embedded-XXXXXX";
        REQUIRE(mkdtemp(pattern.data()) != nullptr);
        path = pattern;
    }

    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;

    ~temporary_directory() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }

    embedded_options options() const {
        embedded_options chosen;
        chosen.directory = path / "redis";
        return chosen;
    }

    fs::path path;
};

redis::client_options options_for(const embedded_server& server) {
    redis::client_options options;
    options.to = server.where();
    options.command_deadline = seconds(50);
    return options;
}

bool is_gone(int pid) {
    return ::kill(pid, 0) != 0;
}

} // namespace

TEST_CASE("the embedded Redis starts privately and durably") {
    temporary_directory d;
    const auto server = embedded_server::start(d.options()).value();
    CHECK(server->pid() > 0);
    CHECK(server->where().path == redis::embedded_endpoint(d.path / "redis").path);
    CHECK(fs::status(d.path / "redis").permissions() == fs::perms::owner_all);
    client_fixture f(options_for(*server));
    const std::pair<const char*, const char*> settings[] = {
        {"appendonly", "yes"},
        {"appendfsync", "always"},
        {"maxmemory-policy", "noeviction"},
        {"port", "0"},
        {"save", ""},
        {"hash-max-listpack-value", "128"}
    };
    for (const auto& [name, value] : settings) {
        CAPTURE(name);
        CHECK(*(*f.ask({"CONFIG", "GET", name})->items())[1].text() == value);
    }
}

TEST_CASE("a relative directory names the same socket for server and client") {
    temporary_directory d;
    auto options = d.options();
    options.directory = fs::relative(options.directory) / "";
    const auto server = embedded_server::start(options).value();
    client_fixture f(options_for(*server));
    CHECK(f.text({"PING"}) == "PONG");
    CHECK(redis::embedded_endpoint(options.directory).path == server->where().path);
}

TEST_CASE("stopping ends the child, frees the directory and may be repeated") {
    temporary_directory d;
    const auto server = embedded_server::start(d.options()).value();
    const int pid = server->pid();
    server->stop();
    CHECK(server->pid() == 0);
    CHECK(is_gone(pid));
    server->stop();
    CHECK(redis::lock_directory(d.path / "redis", milliseconds(0)));
}

TEST_CASE("destroying the server ends the child") {
    temporary_directory d;
    int pid = 0;
    {
        const auto server = embedded_server::start(d.options()).value();
        pid = server->pid();
    }
    CHECK(is_gone(pid));
}

TEST_CASE("a frozen child is killed when the stop deadline has passed") {
    temporary_directory d;
    auto options = d.options();
    options.stop_deadline = seconds(0);
    const auto server = embedded_server::start(options).value();
    const int pid = server->pid();
    ::kill(pid, SIGSTOP);
    server->stop();
    CHECK(is_gone(pid));
}

TEST_CASE("data survives stop and start") {
    temporary_directory d;
    {
        const auto server = embedded_server::start(d.options()).value();
        client_fixture f(options_for(*server));
        f.text({"SET", "k", "v"});
    }
    const auto server = embedded_server::start(d.options()).value();
    client_fixture f(options_for(*server));
    CHECK(f.text({"GET", "k"}) == "v");
}

TEST_CASE("a directory that is in use is a conflict, and named") {
    temporary_directory d;
    const auto server = embedded_server::start(d.options()).value();
    const auto second = redis::lock_directory(d.path / "redis", milliseconds(0));
    REQUIRE(!second);
    CHECK(second.error().kind == failure_kind::conflict);
    CHECK(second.error().detail.find((d.path / "redis").string()) != std::string::npos);
}

TEST_CASE("a directory in use is told at once, and may be taken as soon as its owner is gone") {
    temporary_directory d;
    auto server = embedded_server::start(d.options()).value();
    const auto before = std::chrono::steady_clock::now();
    const auto second = embedded_server::start(d.options());
    CHECK(std::chrono::steady_clock::now() - before < seconds(3));
    REQUIRE(!second);
    CHECK(second.error().kind == failure_kind::conflict);
    server.reset();
    CHECK(embedded_server::start(d.options()));
}

TEST_CASE("the child holds the lock itself, so a survivor keeps others out") {
    temporary_directory d;
    fs::create_directories(d.path / "redis");
    auto lock = redis::lock_directory(d.path / "redis", milliseconds(0)).value();
    const redis::launch sleeper{"sleep", {"1000"}, d.path / "output", lock.get()};
    const int pid = redis::launch_process(sleeper).value();
    lock = redis::descriptor();
    CHECK(!redis::lock_directory(d.path / "redis", milliseconds(0)));
    redis::end_process(pid, milliseconds(1000));
    CHECK(redis::lock_directory(d.path / "redis", milliseconds(0)));
}

TEST_CASE("a missing program names the package to install") {
    temporary_directory d;
    auto options = d.options();
    options.program = "redis-server-that-does-not-exist";
    const auto server = embedded_server::start(options);
    REQUIRE(!server);
    CHECK(server.error().kind == failure_kind::not_found);
    CHECK(
        server.error().detail
        == "redis-server was not found: install the Debian package redis-server"
    );
}

TEST_CASE("a program that ends at once is reported with its status") {
    temporary_directory d;
    auto options = d.options();
    options.program = "false";
    const auto server = embedded_server::start(options);
    REQUIRE(!server);
    CHECK(server.error().kind == failure_kind::unavailable);
    CHECK(server.error().detail.find("exit status 1") != std::string::npos);
}

TEST_CASE("a directory whose socket path would be too long is refused") {
    temporary_directory d;
    auto options = d.options();
    options.directory = d.path / std::string(100, 'x');
    const auto server = embedded_server::start(options);
    REQUIRE(!server);
    CHECK(server.error().kind == failure_kind::invalid);
    CHECK(server.error().detail.find("107 bytes") != std::string::npos);
    CHECK(!fs::exists(options.directory));
}

TEST_CASE("a directory that cannot be made is unavailable") {
    temporary_directory d;
    std::ofstream(d.path / "redis") << "a file";
    const auto server = embedded_server::start(d.options());
    CHECK(server.error().kind == failure_kind::unavailable);
}

TEST_CASE("a child that is killed is restarted with its data, and clients find it again") {
    temporary_directory d;
    const auto server = embedded_server::start(d.options()).value();
    client_fixture f(options_for(*server));
    f.text({"SET", "k", "v"});
    task_group group(f.context().get_executor());
    group.spawn("supervise", [&] { return server->supervise(); });
    for (int round = 0; round < 2; ++round) {
        const int pid = server->pid();
        f.turn();
        ::kill(pid, SIGKILL);
        f.wait_until([&] { return server->pid() != pid && server->pid() != 0; });
        f.wait_until([&] { return !f.client().connected() || is_gone(pid); });
        f.wait_until_connected();
        CHECK(f.text({"GET", "k"}) == "v");
        CHECK(server->steady() == (round == 0)); // once may happen; twice is a loop
    }
    group.cancel();
    CHECK(run_on<bool>(f.context(), [&] { return group.join(seconds(10)); }));
}

TEST_CASE("the child inherits no descriptor but the lock") {
    temporary_directory d;
    int ends[2];
    REQUIRE(pipe(ends) == 0); // stays open on exec, as the event loop's sockets do
    const redis::launch sleeper{"sleep", {"1000"}, d.path / "output", -1};
    const int pid = redis::launch_process(sleeper).value();
    close(ends[1]);
    pollfd reading{ends[0], POLLIN, 0};
    CHECK(poll(&reading, 1, 0) == 1); // the writing end is open nowhere
    CHECK((reading.revents & POLLHUP) != 0);
    close(ends[0]);
    redis::end_process(pid, milliseconds(1000));
}

TEST_CASE("supervision ends when the server is stopped") {
    temporary_directory d;
    const auto server = embedded_server::start(d.options()).value();
    asio::io_context context(1);
    task_group group(context.get_executor());
    group.spawn("supervise", [&] { return server->supervise(); });
    context.poll();
    server->stop();
    CHECK(run_on<bool>(context, [&] { return group.join(seconds(10)); }));
    CHECK(server->pid() == 0);
}

TEST_CASE("supervision may outlive the server") {
    temporary_directory d;
    asio::io_context context(1);
    task_group group(context.get_executor());
    auto server = embedded_server::start(d.options()).value();
    group.spawn("supervise", [&] { return server->supervise(); });
    context.poll();
    server.reset();
    CHECK(redis::lock_directory(d.path / "redis", milliseconds(0)));
    CHECK(run_on<bool>(context, [&] { return group.join(seconds(10)); }));
}

TEST_CASE("kill -9 of the parent leaves no redis-server, and the next start waits for it") {
    temporary_directory d;
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const pid_t parent = fork();
    if (parent == 0) {
        auto server = embedded_server::start(d.options());
        const int pid = server ? (*server)->pid() : 0;
        if (write(ends[1], &pid, sizeof(pid)) == sizeof(pid)) {
            pause();
        }
        _exit(1);
    }
    int pid = 0;
    REQUIRE(read(ends[0], &pid, sizeof(pid)) == sizeof(pid));
    close(ends[0]);
    close(ends[1]);
    REQUIRE(pid > 0);
    ::kill(parent, SIGKILL);
    waitpid(parent, nullptr, 0);
    // Granted only when the orphan, which inherited the lock, is gone.
    auto next = embedded_server::start(d.options());
    REQUIRE(next);
    CHECK((*next)->pid() != pid);
}
