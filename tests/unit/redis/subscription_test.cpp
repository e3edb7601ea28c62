#include "client_fixture.hpp"

using namespace imagined;
using namespace imagined::test;

namespace {

struct listener_fixture {
    explicit listener_fixture(client_fixture& f, redis::client_options options)
        : heard(redis::subscription::open(
              f.context().get_executor(),
              std::move(options),
              "news",
              [this](std::string_view payload) { messages.emplace_back(payload); },
              [this] { ++ready; }
          )) {}

    std::vector<std::string> messages;
    int ready = 0;
    std::unique_ptr<redis::subscription> heard;
};

} // namespace

TEST_CASE("a subscription receives what is published to its channel") {
    redis_server server;
    client_fixture f(server);
    listener_fixture l(f, client_fixture::options_for(server));
    f.wait_until([&] { return l.ready == 1; });
    f.ask({"PUBLISH", "other", "not for us"});
    f.ask({"PUBLISH", "news", "one"});
    f.ask({"PUBLISH", "news", ""});
    f.wait_until([&] { return l.messages.size() == 2; });
    CHECK(l.messages == std::vector<std::string>{"one", ""});
}

TEST_CASE("a subscription survives the server's restart and says when it is ready again") {
    redis_server server;
    client_fixture f(server);
    listener_fixture l(f, client_fixture::options_for(server));
    f.wait_until([&] { return l.ready == 1; });
    server.restart();
    f.wait_until([&] { return l.ready == 2; });
    f.ask({"PUBLISH", "news", "again"});
    f.wait_until([&] { return !l.messages.empty(); });
    CHECK(l.messages.front() == "again");
}

TEST_CASE("a silent channel is kept while the server answers PING") {
    redis_server server;
    client_fixture f(server);
    auto options = client_fixture::options_for(server);
    options.stall_limit = milliseconds(5);
    listener_fixture l(f, options);
    f.wait_until([&] { return l.ready == 1; });
    const auto pings = [&] { return f.info("total_commands_processed"); };
    f.wait_until([&] { return l.ready == 1; });
    const auto before = std::stoi(pings());
    while (std::stoi(pings()) < before + 100) {
        f.turn();
    }
    CHECK(l.ready == 1);
}

TEST_CASE("a server that does not answer PING is left and looked for again") {
    redis_server server;
    client_fixture f(server);
    auto options = client_fixture::options_for(server);
    options.stall_limit = milliseconds(20);
    listener_fixture l(f, options);
    f.wait_until([&] { return l.ready == 1; });
    server.freeze();
    f.context().restart();
    f.context().run_for(milliseconds(300));
    server.thaw();
    f.wait_until([&] { return l.ready == 2; });
    CHECK(l.ready == 2);
}

TEST_CASE("a subscription may be closed from inside its own message") {
    redis_server server;
    client_fixture f(server);
    int heard = 0;
    bool ready = false;
    std::unique_ptr<redis::subscription> held;
    held = redis::subscription::open(
        f.context().get_executor(),
        client_fixture::options_for(server),
        "news",
        [&](std::string_view) {
            ++heard;
            held.reset();
        },
        [&] { ready = true; }
    );
    f.wait_until([&] { return ready; });
    f.ask({"PUBLISH", "news", "one"});
    f.ask({"PUBLISH", "news", "two"});
    f.wait_until([&] { return heard > 0; });
    f.text({"PING"});
    CHECK(heard == 1);
}

TEST_CASE("nothing is called after a subscription was destroyed") {
    redis_server server;
    client_fixture f(server);
    auto l = std::make_unique<listener_fixture>(f, client_fixture::options_for(server));
    f.wait_until([&] { return l->ready == 1; });
    f.ask({"PUBLISH", "news", "one"}); // perhaps already in the socket's buffer
    l.reset();
    f.text({"PING"});
    f.drop_client();
    f.context().restart();
    CHECK(f.context().run() > 0); // returns: no coroutine and no timer is left
}
