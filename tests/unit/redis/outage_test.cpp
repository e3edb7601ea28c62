// The client against a redis-server that is killed, frozen, absent or talks nonsense.
#include "client_fixture.hpp"
#include "scripted_server.hpp"

using namespace imagined;
using namespace imagined::test;
using redis::arguments;

TEST_CASE("when the server is killed its waiters fail at once and the client serves again alone") {
    redis_server server;
    auto options = client_fixture::options_for(server);
    options.command_deadline = seconds(50);
    options.stall_limit = seconds(50);
    client_fixture f(options);
    f.text({"SET", "k", "v"});
    server.freeze();
    const auto asked = f.start({"GET", "k"});
    f.turn();
    server.kill_now();
    const auto begun = std::chrono::steady_clock::now();
    const auto& lost = f.finish(asked);
    CHECK(lost.error().kind == failure_kind::unavailable);
    CHECK(std::chrono::steady_clock::now() - begun < seconds(5));
    CHECK(!f.client().connected());
    server.start();
    CHECK(f.text({"GET", "k"}) == "v");
}

TEST_CASE("a command asked while disconnected waits for the connection") {
    redis_server server;
    auto options = client_fixture::options_for(server);
    options.command_deadline = seconds(50);
    client_fixture f(options);
    f.wait_until_connected();
    server.kill_now();
    f.wait_until([&] { return !f.client().connected(); });
    const auto asked = f.start({"PING"});
    f.turn();
    CHECK(!asked->outcome);
    server.start();
    CHECK(*f.finish(asked)->text() == "PONG");
}

TEST_CASE("a command asked while disconnected fails at its deadline and never runs") {
    redis_server server;
    client_fixture f(server);
    f.wait_until_connected();
    server.kill_now();
    f.wait_until([&] { return !f.client().connected(); });
    const auto late = f.ask({"INCR", "n"}, milliseconds(60));
    REQUIRE(!late);
    CHECK(late.error().kind == failure_kind::unavailable);
    CHECK(late.error().detail.find("redis at ") == 0);
    server.start();
    f.wait_until_connected();
    CHECK(f.ask({"INCR", "n"})->integer() == 1);
}

TEST_CASE("a frozen server: deadlines pass, and after it thaws no reply is mixed up") {
    redis_server server;
    auto options = client_fixture::options_for(server);
    options.stall_limit = seconds(50);
    client_fixture f(options);
    f.wait_until_connected();
    server.freeze();
    const auto impatient = f.start({"ECHO", "impatient"}, milliseconds(50));
    const auto patient = f.start({"ECHO", "patient"}, seconds(50));
    const auto& late = f.finish(impatient);
    REQUIRE(!late);
    CHECK(late.error().kind == failure_kind::unavailable);
    CHECK(!patient->outcome);
    const auto later = f.start({"ECHO", "later"}, seconds(50));
    server.thaw();
    CHECK(*f.finish(patient)->text() == "patient");
    CHECK(*f.finish(later)->text() == "later");
    CHECK(f.text({"ECHO", "last"}) == "last");
    CHECK(f.info("total_connections_received") == "2"); // the same connection all along
}

TEST_CASE("a connection that is silent for the stall limit is replaced") {
    redis_server server;
    auto options = client_fixture::options_for(server);
    options.stall_limit = milliseconds(100);
    options.connect_deadline = seconds(50);
    client_fixture f(options);
    f.wait_until_connected();
    server.freeze();
    const auto asked = f.start({"PING"}, seconds(50));
    const auto& lost = f.finish(asked);
    REQUIRE(!lost);
    CHECK(lost.error().kind == failure_kind::unavailable);
    CHECK(lost.error().detail.find("no reply for 100 ms") != std::string::npos);
    CHECK(!f.client().connected());
    server.thaw();
    CHECK(f.text({"PING"}) == "PONG");
    CHECK(f.info("total_connections_received") == "3");
}

TEST_CASE("abandoned replies alone do not hide a stalled connection") {
    redis_server server;
    auto options = client_fixture::options_for(server);
    options.stall_limit = milliseconds(150);
    client_fixture f(options);
    f.wait_until_connected();
    server.freeze();
    CHECK(!f.ask({"PING"}, milliseconds(30)));
    f.wait_until([&] { return !f.client().connected(); });
    server.thaw();
    CHECK(f.text({"PING"}) == "PONG");
}

TEST_CASE("a server that accepts but never answers its handshake is given up and retried") {
    redis_server server;
    auto options = client_fixture::options_for(server);
    options.connect_deadline = milliseconds(50);
    server.freeze();
    client_fixture f(options);
    const auto answer = f.ask({"PING"}, milliseconds(200));
    REQUIRE(!answer);
    CHECK(
        answer.error().detail == "redis at " + server.socket_path() + ": no connection within 50 ms"
    );
    server.thaw();
    f.wait_until_connected();
    CHECK(f.text({"PING"}) == "PONG");
}

TEST_CASE("a password that is put right at the server heals the client") {
    redis_server server({"--requirepass", "old"});
    auto options = client_fixture::options_for(server);
    options.to.password = "old";
    client_fixture admin(options);
    admin.wait_until_connected();
    options.to.password = "new";
    client_fixture f(options);
    CHECK(f.ask({"PING"}).error().kind == failure_kind::rejected);
    admin.text({"CONFIG", "SET", "requirepass", "new"});
    f.wait_until_connected();
    CHECK(f.text({"PING"}) == "PONG");
}

namespace {

void check_nonsense_is_survived(const std::string& nonsense) {
    CAPTURE(nonsense);
    asio::io_context context(1);
    scripted_server server(context);
    asio::co_spawn(context.get_executor(), server.serve(nonsense), [](const std::exception_ptr&) {
    });
    const auto client = redis::client::create(context.get_executor(), server.options());
    auto ask = [&] { return client->execute({"TIME"}); };
    run_on<bool>(context, [&] { return until([&] { return client->connected(); }); });
    CHECK(client->server_now() < 1'700'000'100'000); // the scripted clock is of 2023
    const auto first = run_on<result<redis::reply>>(context, ask);
    static_cast<void>(first);
    run_on<bool>(context, [&] {
        return until([&] { return server.accepted == 2 && client->connected(); });
    });
    CHECK(client->connected());
}

} // namespace

TEST_CASE("a connection that is out of step or not RESP is replaced") {
    check_nonsense_is_survived("HTTP/1.1 400 Bad Request\r\n");
    check_nonsense_is_survived("+one\r\n+too many\r\n");
}

TEST_CASE("a port where nobody listens says so at the deadline") {
    asio::io_context context(1);
    redis::client_options options;
    {
        scripted_server gone(context);
        options = gone.options();
    }
    client_fixture f(options);
    const auto answer = f.ask({"PING"}, milliseconds(100));
    REQUIRE(!answer);
    CHECK(answer.error().kind == failure_kind::unavailable);
    CHECK(
        answer.error().detail
        == "redis at " + address_of(options.to) + ": connect: Connection refused"
    );
}
