// The client against a redis-server that behaves.
#include "client_fixture.hpp"

#include <set>

using namespace imagined;
using namespace imagined::test;
using redis::arguments;
using redis::function;
using redis::reply;

namespace {

awaitable<> ask_twice(redis::client& client, int number, int& right) {
    const std::string text = std::to_string(number);
    for (int round = 0; round < 2; ++round) {
        const auto answer = co_await client.execute({"ECHO", text});
        if (answer && answer->text() != nullptr && *answer->text() == text) {
            ++right;
        }
    }
}

} // namespace

TEST_CASE("a command is answered with a value") {
    redis_server server;
    client_fixture f(server);
    CHECK(f.text({"SET", "k", "v"}) == "OK");
    CHECK(f.text({"GET", "k"}) == "v");
    CHECK(f.ask({"GET", "none"})->is_nil());
    CHECK(f.ask({"INCR", "n"})->integer() == 1);
    CHECK(f.ask({"LRANGE", "l", "0", "-1"})->items()->empty());
}

TEST_CASE("a thousand coroutines share the connection and each gets its own replies") {
    redis_server server;
    client_fixture f(server);
    constexpr int askers = 1000;
    int right = 0;
    int ended = 0;
    for (int i = 0; i < askers; ++i) {
        asio::co_spawn(
            f.context().get_executor(),
            ask_twice(f.client(), i, right),
            [&](const std::exception_ptr&) { ++ended; }
        );
    }
    f.wait_until([&] { return ended == askers; });
    CHECK(right == 2 * askers);
    CHECK(f.info("total_connections_received") == "2"); // the fixture's PING was the first
}

TEST_CASE("a value of megabytes survives the way there and back") {
    redis_server server;
    client_fixture f(server);
    std::string big(5 * 1024 * 1024, 'x');
    big[1000] = '\0';
    big[2000] = '\n';
    f.text({"SET", "big", big});
    CHECK(f.text({"GET", "big"}) == big);
}

TEST_CASE("an error reply is a failure of its kind") {
    redis_server server;
    client_fixture f(server);
    const auto answer = f.ask({"NOSUCHCOMMAND"});
    REQUIRE(!answer);
    CHECK(answer.error().kind == failure_kind::invalid);
    f.text({"CONFIG", "SET", "maxmemory", "1"});
    CHECK(f.ask({"SET", "k", "v"}).error().kind == failure_kind::unavailable); // OOM
    f.text({"CONFIG", "SET", "maxmemory", "0"});
    f.text({"CONFIG", "SET", "min-replicas-to-write", "1"});
    CHECK(f.ask({"SET", "k", "v"}).error().kind == failure_kind::unavailable); // NOREPLICAS
}

TEST_CASE("several commands are answered together, in their order") {
    redis_server server;
    client_fixture f(server);
    f.text({"SET", "k", "v"});
    const auto answers = f.ask_together({{"GET", "k"}, {"INCR", "n"}, {"GET", "none"}});
    REQUIRE(answers);
    REQUIRE(answers->size() == 3);
    CHECK(*(*answers)[0].text() == "v");
    CHECK((*answers)[1].integer() == 1);
    CHECK((*answers)[2].is_nil());
    CHECK(f.ask_together({})->empty());
    CHECK(f.ask_together({{"PING"}})->size() == 1);
}

TEST_CASE("of several commands one that fails is told, wherever it stands") {
    redis_server server;
    client_fixture f(server);
    f.text({"SET", "k", "v"});
    for (const std::size_t at : {0U, 1U, 2U}) {
        CAPTURE(at);
        std::vector<arguments> commands(3, {"GET", "k"});
        commands[at] = {"LLEN", "k"}; // WRONGTYPE
        const auto answers = f.ask_together(std::move(commands));
        REQUIRE(!answers);
        CHECK(answers.error().kind == failure_kind::invalid);
        CHECK(f.text({"GET", "k"}) == "v"); // and nobody else's reply was taken
    }
}

TEST_CASE("several commands without an answer in time fail, and their late replies are dropped") {
    redis_server server;
    client_fixture f(server);
    f.text({"SET", "k", "v"});
    server.freeze();
    const auto answers = f.ask_together({{"GET", "k"}, {"GET", "k"}}, milliseconds(50));
    server.thaw();
    REQUIRE(!answers);
    CHECK(answers.error().kind == failure_kind::unavailable);
    CHECK(f.text({"ECHO", "after"}) == "after");
}

namespace {

// A library of one function.
function function_of(std::string name, std::string_view body, std::string_view more = "") {
    std::string text = "#!lua name=" + name + "\n" + std::string(more) + "redis.register_function('"
                       + name + "', function(keys, values) " + std::string(body) + " end)";
    return {name, name, std::make_shared<const redis::library>(name, std::move(text))};
}

} // namespace

TEST_CASE("a function runs with its keys and arguments") {
    redis_server server;
    client_fixture f(server);
    const auto echo = function_of("echo", "return {keys[1], values[1], values[2], #keys}");
    const auto answer = run_on<result<reply>>(f.context(), [&] {
        return f.client().run(echo, {"key"}, {"one", ""});
    });
    REQUIRE(answer);
    const auto& items = *answer->items();
    CHECK(*items[0].text() == "key");
    CHECK(*items[1].text() == "one");
    CHECK(items[2].text()->empty());
    CHECK(items[3].integer() == 1);
}

TEST_CASE("a function forgotten by the server is loaded again and runs exactly once") {
    redis_server server;
    client_fixture f(server);
    const auto count = function_of("count", "return redis.call('INCR', keys[1])");
    auto run = [&] {
        return run_on<result<reply>>(f.context(), [&] { return f.client().run(count, {"n"}, {}); });
    };
    CHECK(run()->integer() == 1);
    f.text({"FUNCTION", "FLUSH"});
    CHECK(run()->integer() == 2);
    CHECK(run()->integer() == 3);
}

TEST_CASE("several calls that find their library missing load it once") {
    redis_server server;
    client_fixture f(server);
    f.wait_until_connected();
    const auto count = function_of("count", "return redis.call('INCR', keys[1])");
    std::vector<std::shared_ptr<client_fixture::question>> asked;
    for (int i = 0; i < 3; ++i) {
        asked.push_back(f.start([&] { return f.client().run(count, {"n"}, {}); }));
    }
    for (int i = 0; i < 3; ++i) {
        CHECK(f.finish(asked[static_cast<std::size_t>(i)])->integer() == i + 1);
    }
    const std::string stats = f.text({"INFO", "commandstats"});
    CHECK(stats.find("cmdstat_function|load:calls=1,") != std::string::npos);
}

TEST_CASE("the server makes a library once, not at each call") {
    redis_server server;
    client_fixture f(server);
    const auto count = function_of("count", "calls = calls + 1 return calls", "local calls = 0 ");
    for (const int nth : {1, 2, 3}) {
        const auto answer =
            run_on<result<reply>>(f.context(), [&] { return f.client().run(count, {}, {}); });
        CHECK(answer->integer() == nth);
    }
}

TEST_CASE("a function that cannot be compiled is invalid") {
    redis_server server;
    client_fixture f(server);
    const auto broken = function_of("broken", "this is not Lua");
    const auto answer =
        run_on<result<reply>>(f.context(), [&] { return f.client().run(broken, {}, {}); });
    CHECK(answer.error().kind == failure_kind::invalid);
}

TEST_CASE("an error raised inside a function has its own kind") {
    redis_server server;
    client_fixture f(server);
    const auto write = function_of("write", "return redis.call('SET', keys[1], 'v')");
    auto run = [&] {
        return run_on<result<reply>>(f.context(), [&] { return f.client().run(write, {"k"}, {}); });
    };
    REQUIRE(run());
    f.text({"CONFIG", "SET", "min-replicas-to-write", "1"});
    CHECK(run().error().kind == failure_kind::unavailable);
}

TEST_CASE("the database of the endpoint is selected") {
    redis_server server;
    auto options = client_fixture::options_for(server);
    options.to.database = 3;
    client_fixture f(options);
    f.text({"SET", "k", "v"});
    CHECK(f.info("db3").starts_with("keys=1"));
}

TEST_CASE("a database the server does not have fails commands at once") {
    redis_server server;
    auto options = client_fixture::options_for(server);
    options.to.database = 99;
    client_fixture f(options);
    const auto answer = f.ask({"PING"}, seconds(50));
    CHECK(answer.error().kind == failure_kind::invalid);
}

TEST_CASE("a password is presented, with a user as well as without") {
    redis_server server({"--requirepass", "hunter2"});
    auto options = client_fixture::options_for(server);
    options.to.password = "hunter2";
    CHECK(client_fixture(options).text({"PING"}) == "PONG");
    options.to.user = "default";
    CHECK(client_fixture(options).text({"ACL", "WHOAMI"}) == "default");
}

TEST_CASE("a wrong password fails commands at once and is not repeated in the text") {
    redis_server server({"--requirepass", "hunter2"});
    auto options = client_fixture::options_for(server);
    options.to.password = "wrong-secret";
    client_fixture f(options);
    const auto answer = f.ask({"PING"}, seconds(50));
    REQUIRE(!answer);
    CHECK(answer.error().kind == failure_kind::rejected);
    CHECK(
        answer.error().detail
        == "redis at " + server.socket_path() + ": AUTH was refused (WRONGPASS)"
    );
}

TEST_CASE("a missing password fails commands at once") {
    redis_server server({"--requirepass", "hunter2"});
    client_fixture f(server);
    CHECK(f.ask({"PING"}, seconds(50)).error().kind == failure_kind::rejected);
}

TEST_CASE("the server's clock is known after connecting") {
    redis_server server;
    client_fixture f(server);
    f.wait_until_connected();
    CHECK(std::abs(f.client().server_now() - system_clock().now()) < 1000); // the same machine
}

TEST_CASE("a server that answers late does not shift its clock") {
    redis_server server;
    client_fixture other(server);
    other.text({"CLIENT", "PAUSE", "1500"});
    client_fixture f(server);
    f.wait_until_connected();
    // The middle of the long wait would be 750 ms.
    CHECK(std::abs(f.client().server_now() - system_clock().now()) < 300);
}

TEST_CASE("too many bytes waiting to be written are throttled, and only then") {
    redis_server server;
    auto options = client_fixture::options_for(server);
    options.max_pending_bytes = 64 * 1024;
    client_fixture f(options);
    const std::string chunk(20 * 1024, 'x');
    std::vector<std::shared_ptr<client_fixture::question>> asked;
    for (int i = 0; i < 5; ++i) {
        asked.push_back(f.start({"ECHO", chunk}));
    }
    int throttled = 0;
    for (const auto& each : asked) {
        const auto& outcome = f.finish(each);
        throttled += !outcome && outcome.error().kind == failure_kind::throttled ? 1 : 0;
    }
    CHECK(throttled == 2);
    CHECK(f.text({"PING"}) == "PONG");
}

TEST_CASE("a cancelled waiter leaves at once and the others keep their replies") {
    redis_server server;
    client_fixture f(server);
    f.wait_until_connected();
    server.freeze();
    const auto first = f.start({"ECHO", "first"});
    const auto second = f.start({"ECHO", "second"});
    f.turn();
    first->cancel.emit(asio::cancellation_type::terminal);
    CHECK(f.finish(first).error().kind == failure_kind::cancelled);
    CHECK(!second->outcome);
    server.thaw();
    CHECK(*f.finish(second)->text() == "second");
    CHECK(f.text({"ECHO", "third"}) == "third");
}

TEST_CASE("closing fails those who wait, and those who come later, with cancelled") {
    redis_server server;
    client_fixture f(server);
    f.wait_until_connected();
    server.freeze();
    const auto sent = f.start({"PING"});
    f.turn();
    const auto unsent = f.start({"PING"});
    f.client().close();
    CHECK(f.finish(sent).error().kind == failure_kind::cancelled);
    CHECK(f.finish(unsent).error().kind == failure_kind::cancelled);
    CHECK(f.ask({"PING"}).error().kind == failure_kind::cancelled);
    CHECK(!f.client().connected());
}

TEST_CASE("a closed client leaves nothing running on the event loop") {
    redis_server server;
    client_fixture f(server);
    f.wait_until_connected();
    f.text({"PING"});
    f.client().close();
    f.context().restart();
    f.context().run(); // would not return while a coroutine or a timer waits
    CHECK(!f.client().connected());
}

TEST_CASE("a client may be destroyed while coroutines wait for it") {
    redis_server server;
    client_fixture f(server);
    f.wait_until_connected();
    server.freeze();
    const auto slow = function_of("slow", "return 1");
    const auto command = f.start({"PING"});
    const auto running = f.start([&] { return f.client().run(slow, {}, {}); });
    f.turn();
    f.drop_client();
    CHECK(f.finish(command).error().kind == failure_kind::cancelled);
    CHECK(f.finish(running).error().kind == failure_kind::cancelled);
}

namespace {

awaitable<> own_and_wait(std::shared_ptr<redis::client> client, std::shared_ptr<int> witness) {
    co_await client->execute({"PING"});
    static_cast<void>(witness);
}

} // namespace

TEST_CASE("waiters that own their client are destroyed with the event loop") {
    redis_server server;
    server.freeze();
    const auto witness = std::make_shared<int>(0);
    for (const bool closed : {false, true}) {
        CAPTURE(closed);
        {
            asio::io_context context(1);
            std::shared_ptr<redis::client> client =
                redis::client::create(context.get_executor(), client_fixture::options_for(server));
            asio::co_spawn(
                context.get_executor(),
                own_and_wait(client, witness),
                [](const std::exception_ptr&) {}
            );
            context.poll();
            if (closed) {
                client->close();
            }
            client.reset();
            CHECK(witness.use_count() == 2);
        }
        CHECK(witness.use_count() == 1);
    }
}

TEST_CASE("an idle client wakes nobody up") {
    redis_server server;
    client_fixture f(server);
    f.text({"PING"});
    // The sweep that PING started has one more turn; after it the loop must be silent.
    f.context().restart();
    f.context().run_for(milliseconds(100));
    f.context().restart();
    CHECK(f.context().run_for(milliseconds(200)) == 0);
}
