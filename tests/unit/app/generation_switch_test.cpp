#include "generation_switch.hpp"

#include "tests/support/run_coroutine.hpp"

#include <doctest/doctest.h>

using namespace imagined;

namespace {

struct endless_stream final : http::body_stream {
    explicit endless_stream(bool& told) : stopped(&told) {}

    awaitable<std::string> next() override { co_return *stopped ? "" : "piece"; }

    void stop() override { *stopped = true; }

    bool* stopped;
};

// Answers with its name, and tells when it goes.
class named_handler final : public http::handler {
public:
    named_handler(std::string name, bool& gone) : name_(std::move(name)), gone_(&gone) {}

    named_handler(const named_handler&) = delete;
    named_handler& operator=(const named_handler&) = delete;

    ~named_handler() override { *gone_ = true; }

    std::variant<http::admission, http::response> admit(const http::request_head&) override {
        return http::admission{.max_body_bytes = 1, .note = name_};
    }

    awaitable<http::response> handle(http::request incoming) override {
        http::response answer;
        if (incoming.target == "/stream") {
            answer.body =
                std::shared_ptr<http::body_stream>(std::make_shared<endless_stream>(stopped));
        } else {
            answer.body = name_ + " admitted by " + std::any_cast<std::string>(incoming.noted);
        }
        co_return answer;
    }

    http::response refuse(int, std::string_view, const http::request_head&) override { return {}; }

    bool stopped = false;

private:
    std::string name_;
    bool* gone_;
};

struct switched {
    asio::io_context io;
    app::generation_switch generations{io.get_executor(), milliseconds(1)};
    bool first_gone = false;
    bool second_gone = false;

    named_handler* turn_to(const std::string& name, bool& gone) {
        auto made =
            std::make_unique<app::generation>(app::generation{.backends = backend::roster({})});
        auto front = std::make_unique<named_handler>(name, gone);
        auto* const told = front.get();
        made->warnings = {name};
        made->front_door = std::move(front);
        generations.turn_to(std::move(made));
        return told;
    }

    http::request admitted(std::string target = "/") {
        http::request incoming;
        incoming.target = std::move(target);
        incoming.noted = std::get<http::admission>(generations.admit({})).note;
        return incoming;
    }

    void run(std::function<awaitable<>()> body) { test::run_on(io, std::move(body)); }

    static awaitable<> until(const bool& condition) {
        while (!condition) {
            co_await pause_for(milliseconds(1));
        }
    }
};

} // namespace

TEST_CASE("a request ends with the generation that admitted it") {
    switched s;
    s.turn_to("first", s.first_gone);
    auto early = s.admitted();
    s.turn_to("second", s.second_gone);
    auto late = s.admitted();
    s.run([&]() -> awaitable<> {
        CHECK(
            (co_await s.generations.handle(std::move(early))).text() == "first admitted by first"
        );
        CHECK(
            (co_await s.generations.handle(std::move(late))).text() == "second admitted by second"
        );
    });
    CHECK(s.generations.warnings() == std::vector<std::string>{"second"});
}

TEST_CASE("a generation goes when nothing is left of it, and not before") {
    switched s;
    s.turn_to("first", s.first_gone);
    auto early = s.admitted();
    s.turn_to("second", s.second_gone);
    s.run([&]() -> awaitable<> {
        co_await pause_for(milliseconds(600));
        CHECK_FALSE(s.first_gone);
        co_await s.generations.handle(std::move(early));
        co_await switched::until(s.first_gone);
    });
    CHECK_FALSE(s.second_gone);
}

TEST_CASE("streams of a generation end when another one comes") {
    switched s;
    auto* const first = s.turn_to("first", s.first_gone);
    s.run([&]() -> awaitable<> {
        auto answer = co_await s.generations.handle(s.admitted("/stream"));
        auto stream = std::get<std::shared_ptr<http::body_stream>>(std::move(answer.body));
        answer.body = "";
        CHECK(co_await stream->next() == "piece");
        auto late = s.admitted("/stream");
        s.turn_to("second", s.second_gone);
        CHECK(first->stopped);
        CHECK((co_await stream->next()).empty());
        first->stopped = false;
        auto from_before = co_await s.generations.handle(std::move(late));
        CHECK(first->stopped);
        from_before.body = "";
        stream.reset();
        co_await switched::until(s.first_gone);
    });
}
