// The part of a connection that reads request bodies.
#include "chunked_decoder.hpp"
#include "connection.hpp"
#include "grammar.hpp"

#include <algorithm>

namespace imagined::http {

namespace {

constexpr std::size_t body_read_bytes = std::size_t{64} * 1024;
// A declared length is a claim: believe this much of it before the bytes are there.
constexpr std::size_t max_reserved_bytes = std::size_t{1024} * 1024;

} // namespace

bool connection::take_body(const parsed_head& head, std::size_t limit, std::string& body) {
    if (head.chunked || head.length > limit || head.length > buffer_.size()) {
        return false;
    }
    const auto length = static_cast<std::size_t>(head.length);
    body.assign(buffered().substr(0, length));
    buffer_.consume(length);
    return true;
}

awaitable<bool>
connection::read_body(const parsed_head& head, std::size_t limit, std::string& body) {
    if (head.length > limit) {
        co_await refuse(413, "the request body is too large", head.head);
        co_return false;
    }
    if (!co_await welcome_body(head)) {
        co_return false;
    }
    enter(stage::body, core_->options.body_deadline);
    pace_.start(std::chrono::steady_clock::now());
    bool whole = false;
    if (head.chunked) {
        whole = co_await read_chunked(head, limit, body);
    } else {
        whole = co_await read_fixed(head, body);
    }
    if (!whole && expired_ && stage_ == stage::body) {
        co_await refuse(408, "the request body took too long", head.head);
    }
    co_return whole;
}

awaitable<bool> connection::welcome_body(const parsed_head& head) {
    const bool waiting = iequals(head.head.headers.get("Expect"), "100-continue");
    if (!waiting || head.http_1_0 || buffer_.size() > 0) {
        co_return true;
    }
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    co_return co_await write({asio::buffer(go_on), {}});
}

awaitable<bool> connection::read_fixed(const parsed_head& head, std::string& body) {
    const auto length = static_cast<std::size_t>(head.length);
    body.reserve(std::min(length, max_reserved_bytes));
    const auto early = std::min(length, buffer_.size());
    body.assign(buffered().substr(0, early));
    buffer_.consume(early);
    while (body.size() < length) {
        // Straight into the body, without a detour through the connection's buffer.
        const auto had = body.size();
        body.resize(had + std::min(length - had, body_read_bytes));
        auto [ec, count] = co_await socket_.async_read_some(
            asio::buffer(body.data() + had, body.size() - had), as_outcome
        );
        body.resize(had + count);
        pace_.received(count);
        if (ec || expired_) {
            co_return false;
        }
    }
    co_return true;
}

awaitable<bool>
connection::read_chunked(const parsed_head& head, std::size_t limit, std::string& body) {
    chunked_decoder decoder({limit, core_->options.max_header_bytes});
    while (true) {
        buffer_.consume(decoder.feed(buffered(), body));
        switch (decoder.progress()) {
        case chunked_decoder::state::done:
            co_return true;
        case chunked_decoder::state::broken:
            co_await refuse(400, framing::describe(decoder.flaw()), head.head);
            co_return false;
        case chunked_decoder::state::too_long:
            co_await refuse(413, "the request body is too large", head.head);
            co_return false;
        case chunked_decoder::state::more:
            break;
        }
        if (!co_await fill(body_read_bytes)) {
            co_return false;
        }
    }
}

} // namespace imagined::http
