// Answers that have no end in sight: framing, back-pressure, and every way they end.
#include "harness.hpp"

#include "imagined/base/wakeup.hpp"
#include "imagined/http/body_stream.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <stdexcept>

using namespace imagined;
using namespace imagined::http;
using namespace imagined::http::test;

namespace {

// What a stream did, told after it is gone.
struct diary {
    explicit diary(executor on) : changed(on) {}

    std::size_t asked = 0;
    bool stopped = false;
    bool gone = false;
    wakeup changed;
};

// Says its pieces one after the other; then ends, or waits until it is stopped.
class told_stream final : public body_stream {
public:
    enum class then { end, wait, repeat, fail };

    told_stream(executor on, std::deque<std::string> pieces, then after, diary& into)
        : pieces_(std::move(pieces)), after_(after), into_(into), stop_(on) {}

    ~told_stream() override {
        into_.gone = true;
        into_.changed.ring();
    }

    awaitable<std::string> next() override {
        ++into_.asked;
        into_.changed.ring();
        if (after_ == then::repeat) {
            co_return pieces_.front();
        }
        if (!pieces_.empty()) {
            std::string piece = std::move(pieces_.front());
            pieces_.pop_front();
            co_return piece;
        }
        if (after_ == then::fail) {
            throw std::runtime_error("broken");
        }
        while (after_ == then::wait && !into_.stopped) {
            co_await stop_.wait(seconds(60));
        }
        co_return std::string();
    }

    void stop() override {
        into_.stopped = true;
        stop_.ring();
    }

private:
    std::deque<std::string> pieces_;
    then after_;
    diary& into_;
    wakeup stop_;
};

using then = told_stream::then;

struct streamed : served {
    explicit streamed(std::deque<std::string> pieces, then after, server_options options = {})
        : served(std::move(options)), book(io.get_executor()) {
        handler().on_handle = [this, pieces, after](request) {
            return answer(io.get_executor(), pieces, after, book);
        };
    }

    static awaitable<response>
    answer(executor on, std::deque<std::string> pieces, then after, diary& into) {
        response reply;
        reply.headers.set("Content-Type", "text/event-stream");
        reply.body = std::make_shared<told_stream>(on, std::move(pieces), after, into);
        co_return reply;
    }

    awaitable<> until_gone() {
        while (!book.gone) {
            co_await book.changed.wait(seconds(10));
        }
    }

    diary book;
};

constexpr const char* get = "GET /events HTTP/1.1\r\nHost: a\r\n\r\n";

std::string body_of(const std::string& answer) {
    return answer.substr(answer.find("\r\n\r\n") + 4);
}

} // namespace

TEST_CASE("a stream is sent in chunks, ends with the last one, and closes its connection") {
    streamed s({"one", std::string(17, 'x')}, then::end);
    const auto answer = s.talk(get);
    CHECK(answer.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
    CHECK(answer.find("Connection: close\r\n") != std::string::npos);
    CHECK(answer.find("Content-Length") == std::string::npos);
    CHECK(body_of(answer) == "3\r\none\r\n11\r\n" + std::string(17, 'x') + "\r\n0\r\n\r\n");
    CHECK(s.book.gone);
}

TEST_CASE("to a client of HTTP/1.0 a stream is sent as it is, up to the close") {
    streamed s({"one", "two"}, then::end);
    const auto answer = s.talk("GET /events HTTP/1.0\r\n\r\n");
    CHECK(answer.find("Transfer-Encoding") == std::string::npos);
    CHECK(body_of(answer) == "onetwo");
}

TEST_CASE("HEAD asks a stream for nothing") {
    streamed s({"one"}, then::wait);
    const auto answer = s.talk("HEAD /events HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(answer.find("text/event-stream") != std::string::npos);
    CHECK(body_of(answer).empty());
    CHECK(s.book.asked == 0);
    CHECK(s.book.gone);
}

TEST_CASE("a stream that breaks has no last chunk") {
    streamed s({"one"}, then::fail);
    CHECK(body_of(s.talk(get)) == "3\r\none\r\n");
}

TEST_CASE("a stream learns that its peer has gone while it waits") {
    streamed s({"one"}, then::wait);
    s.run([&]() -> awaitable<> {
        auto peer = co_await s.dial();
        co_await peer.send(get);
        while (s.book.asked < 2) {
            co_await s.book.changed.wait(seconds(10));
        }
        CHECK_FALSE(s.book.stopped);
        peer.close();
        co_await s.until_gone();
        CHECK(s.book.stopped);
    });
}

TEST_CASE("what a peer sends behind a stream is thrown away") {
    streamed s({"one"}, then::wait);
    s.run([&]() -> awaitable<> {
        auto peer = co_await s.dial();
        co_await peer.send(get);
        while (s.book.asked < 2) {
            co_await s.book.changed.wait(seconds(10));
        }
        co_await peer.send(std::string(100000, 'x'));
        co_await peer.send(get);
        CHECK_FALSE(s.book.stopped);
        CHECK(s.handler().handled == 1);
        peer.close();
        co_await s.until_gone();
    });
}

TEST_CASE("a peer that reads nothing is dropped, and little was made for it") {
    server_options options;
    options.stream_deadline = seconds(1);
    options.stream_buffer_bytes = 16 * 1024;
    constexpr std::size_t piece = 64 * 1024;
    streamed s({std::string(piece, 'x')}, then::repeat, options);
    s.run([&]() -> awaitable<> {
        auto peer = co_await s.dial();
        co_await peer.send(get);
        co_await s.until_gone();
        CHECK(s.book.asked * piece < 16 * 1024 * 1024);
        const auto all = co_await peer.read_all();
        CHECK(!all.ends_with("0\r\n\r\n"));
    });
}

TEST_CASE("a peer that reads too slowly for a piece is dropped although it reads") {
    server_options options;
    options.stream_deadline = seconds(1);
    options.write_deadline = seconds(60);
    options.stream_buffer_bytes = 4096;
    streamed s({std::string(std::size_t{64} * 1024 * 1024, 'x')}, then::end, options);
    bool cut = false;
    s.run([&]() -> awaitable<> {
        auto peer = co_await s.dial();
        co_await peer.send(get);
        // One small read after each step of the server's clock: always progress, never enough.
        while (!s.book.gone) {
            co_await peer.read_more();
            co_await pause_for(milliseconds(20));
        }
        cut = true;
    });
    CHECK(cut);
}

TEST_CASE("a drain lets streams end well, and does not wait for them") {
    streamed s({"one"}, then::wait);
    std::string answer;
    s.run([&]() -> awaitable<> {
        auto peer = co_await s.dial();
        co_await peer.send(get);
        while (s.book.asked < 2) {
            co_await s.book.changed.wait(seconds(10));
        }
        s.listening().drain();
        answer = co_await peer.read_all();
    });
    CHECK(s.book.stopped);
    CHECK(answer.ends_with("3\r\none\r\n0\r\n\r\n"));
}
