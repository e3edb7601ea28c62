// Only a master is served, and its clock is known: what the client does about roles, about answers
// that say that the server is no master any more, and about time.
#include "client_fixture.hpp"
#include "master_doubt.hpp"
#include "scripted_server.hpp"
#include "server_clock.hpp"

using namespace imagined;
using namespace imagined::test;
using redis::master_doubt;
using redis::server_clock;

namespace {

using moment = std::chrono::steady_clock::time_point;

moment at(int ms) {
    return moment(seconds(1000) + milliseconds(ms));
}

// A server that follows nobody who is there.
void demote(client_fixture& admin) {
    admin.text({"REPLICAOF", "127.0.0.1", "1"});
}

void promote(client_fixture& admin) {
    admin.text({"REPLICAOF", "NO", "ONE"});
}

bool mentions(const failure& why, std::string_view what) {
    return why.detail.find(what) != std::string::npos;
}

} // namespace

TEST_CASE("the middle of a question counts at first, then only what refutes it") {
    server_clock clock;
    CHECK(!clock.known());
    clock.hear(50'000, at(0), at(100));
    CHECK(clock.at(at(50)) == 50'000);
    clock.hear(51'000, at(400), at(1600)); // slow, and no contradiction
    CHECK(clock.at(at(1000)) == 50'950);
    clock.hear(52'000, at(2000), at(2010)); // quick: it was between 51,990 and 52,000 at 2000
    CHECK(clock.at(at(2000)) == 51'990);
}

TEST_CASE("a server whose clock steps is believed at the next question") {
    server_clock clock;
    clock.hear(50'000, at(0), at(0));
    clock.hear(48'100, at(100), at(100));
    CHECK(clock.at(at(200)) == 48'200);
    clock.hear(1'050'000, at(300), at(300));
    CHECK(clock.at(at(300)) == 1'050'000);
}

TEST_CASE("what a replica or a stranger to the slot answers makes us look again") {
    for (const char* code : {"READONLY", "MASTERDOWN", "MOVED", "CLUSTERDOWN"}) {
        CAPTURE(code);
        CHECK(master_doubt().hear(code, at(0)));
    }
    for (const char* code : {"ASK", "OOM", "LOADING", "MISCONF", "BUSY", "TRYAGAIN", "ERR", ""}) {
        CAPTURE(code);
        master_doubt doubt;
        CHECK(!doubt.hear(code, at(0)));
        CHECK(!doubt.hear(code, at(1)));
    }
}

TEST_CASE("a master without replicas is doubted when it says so twice, and not at once again") {
    master_doubt doubt;
    CHECK(!doubt.hear("NOREPLICAS", at(0)));
    CHECK(doubt.hear("NOREPLICAS", at(10)));
    CHECK(!doubt.hear("NOREPLICAS", at(20)));
    CHECK(!doubt.hear("NOREPLICAS", at(30)));
    CHECK(doubt.hear("NOREPLICAS", at(2510)));
    CHECK(!doubt.hear("NOREPLICAS", at(6000)));
    CHECK(!doubt.hear("NOREPLICAS", at(16000))); // the one before is forgotten
    CHECK(doubt.hear("NOREPLICAS", at(16010)));
}

TEST_CASE("a replica is refused, naming whom it follows, and served when it is promoted") {
    redis_server server;
    client_fixture admin(server);
    admin.wait_until_connected();
    demote(admin);
    client_fixture f(server);
    const auto answer = f.ask({"PING"}, seconds(2));
    REQUIRE(!answer);
    CHECK(answer.error().kind == failure_kind::unavailable);
    CHECK(mentions(answer.error(), "is a replica of 127.0.0.1:1"));
    CHECK(mentions(answer.error(), server.socket_path()));
    CHECK(!f.client().connected());
    CHECK(f.client().trouble() == answer.error().detail);
    promote(admin);
    f.wait_until_connected();
    CHECK(f.client().trouble().empty());
    CHECK(f.text({"PING"}) == "PONG");
}

TEST_CASE("a user who may not ask ROLE is let in by INFO, and refused all the same by a replica") {
    redis_server server;
    client_fixture admin(server);
    admin.wait_until_connected();
    admin.text({"ACL", "SETUSER", "plain", "on", ">pw", "~*", "&*", "+@all", "-role"});
    auto options = client_fixture::options_for(server);
    options.to.user = "plain";
    options.to.password = "pw";
    client_fixture f(options);
    CHECK(f.text({"PING"}) == "PONG");
    demote(admin);
    client_fixture late(options);
    CHECK(mentions(late.ask({"PING"}, seconds(2)).error(), "is a replica of 127.0.0.1:1"));
    promote(admin);
    admin.text({"ACL", "SETUSER", "plain", "-info"});
    client_fixture blind(options);
    CHECK(mentions(blind.ask({"PING"}, seconds(50)).error(), "'role'"));
}

TEST_CASE("a master that became a replica is left, and what was asked beside is answered") {
    redis_server server;
    client_fixture admin(server);
    client_fixture f(server);
    f.text({"SET", "k", "v"});
    admin.wait_until_connected();
    demote(admin);
    const auto before = f.start({"GET", "k"});
    const auto write = f.start({"SET", "k", "w"});
    const auto after = f.start({"GET", "k"});
    f.wait_until([&] { return write->outcome.has_value(); });
    CHECK(write->outcome->error().kind == failure_kind::unavailable);
    CHECK(*f.finish(before)->text() == "v");
    CHECK(*f.finish(after)->text() == "v");
    f.wait_until([&] { return !f.client().connected(); });
    promote(admin);
    CHECK(f.text({"SET", "k", "w"}) == "OK");
}

TEST_CASE("a master whose replicas are gone is asked anew when it has refused twice") {
    redis_server server;
    client_fixture f(server);
    f.text({"CONFIG", "SET", "min-replicas-to-write", "1"});
    const auto connections = [&] { return f.info("total_connections_received"); };
    const auto write = [&] { return f.ask({"SET", "k", "v"}).error().kind; };
    CHECK(write() == failure_kind::unavailable);
    CHECK(connections() == "2"); // its own, and the one that found out that the server is up
    CHECK(write() == failure_kind::unavailable);
    CHECK(connections() == "3");
    CHECK(write() == failure_kind::unavailable);
    CHECK(write() == failure_kind::unavailable);
    CHECK(connections() == "3"); // reading goes on meanwhile
    f.text({"CONFIG", "SET", "min-replicas-to-write", "0"});
    CHECK(f.text({"SET", "k", "v"}) == "OK");
}

namespace {

// How often the server was connected to when a command was answered by `line`.
int connections_after(const std::string& line) {
    asio::io_context context(1);
    scripted_server server(context);
    asio::co_spawn(context.get_executor(), server.serve(line), [](const std::exception_ptr&) {});
    const auto client = redis::client::create(context.get_executor(), server.options());
    auto ask = [&] { return client->execute({"TIME"}); };
    const auto first = run_on<result<redis::reply>>(context, ask);
    REQUIRE(!first);
    CHECK(first.error().kind == failure_kind::unavailable);
    const auto second = run_on<result<redis::reply>>(context, ask);
    CHECK(!second);
    return server.accepted;
}

} // namespace

TEST_CASE("MOVED ends the connection, ASK does not and is not followed") {
    CHECK(connections_after("-MOVED 1 127.0.0.1:7000\r\n") == 2);
    CHECK(connections_after("-ASK 1 127.0.0.1:7000\r\n") == 1);
}

TEST_CASE("the server's clock is measured again when that is asked") {
    asio::io_context context(1);
    scripted_server server(context);
    const std::string later = "*2\r\n$10\r\n1700005000\r\n$6\r\n500000\r\n";
    asio::co_spawn(context.get_executor(), server.serve(later), [](const std::exception_ptr&) {});
    const auto client = redis::client::create(context.get_executor(), server.options());
    run_on<bool>(context, [&] { return until([&] { return client->connected(); }); });
    CHECK(client->server_now() < 1'700'001'000'000);
    auto measure = [&] { return client->measure_clock(); };
    CHECK(run_on<result<void>>(context, measure).has_value());
    CHECK(client->server_now() > 1'700'004'000'000);
}
