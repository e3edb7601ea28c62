// The part of a connection that reads request bodies.
#include "chunked_decoder.hpp"
#include "connection.hpp"
#include "grammar.hpp"

#include "imagined/base/log.hpp"

#include <algorithm>

namespace imagined::http {

namespace {

constexpr std::size_t body_read_bytes = std::size_t{64} * 1024;

// The next size of a buffer that is to hold `need` bytes and may come to hold `most`: a string that
// grows doubles, so the steps are halves of the whole, and the last one is no larger than it.
std::size_t next_room(std::size_t need, std::size_t most) {
    std::size_t room = most;
    while (room / 2 >= std::max(need, body_read_bytes)) {
        room = room / 2 + room % 2;
    }
    return room;
}

// Room for `need` bytes in all, if there is room for it among all bodies.
bool make_room(std::string& body, body_hold& hold, std::size_t need, std::size_t most) {
    if (need <= body.capacity()) {
        return true;
    }
    const std::size_t room = next_room(need, most);
    if (!hold.grow(room)) {
        return false;
    }
    body.reserve(room);
    hold.weigh(body.capacity());
    return true;
}

} // namespace

awaitable<bool> connection::obtain_body(const parsed_head& head, std::size_t limit, request& into) {
    if (head.length > limit) {
        co_await refuse(413, "the request body is too large", head.head);
        co_return false;
    }
    const auto hold = std::make_shared<body_hold>(core_->bodies);
    const auto length = static_cast<std::size_t>(head.length);
    if (!core_->bodies->has_room(length, length)) {
        co_await refuse_crowded(head);
        co_return false;
    }
    if (take_body(head, into.body)) {
        hold->weigh(length);
        into.held = hold;
        co_return true;
    }
    arriving on_its_way{into.body, *hold, head.chunked ? limit : length};
    if (!co_await read_body(head, on_its_way)) {
        co_return false;
    }
    into.held = hold;
    co_return true;
}

awaitable<> connection::refuse_crowded(const parsed_head& head) {
    log::warning("a request body was refused: server.max_held_bytes of bodies are held");
    co_await refuse(503, "too many request bodies at a time", head.head);
}

bool connection::take_body(const parsed_head& head, std::string& body) {
    if (head.chunked || head.length > buffer_.size()) {
        return false;
    }
    const auto length = static_cast<std::size_t>(head.length);
    body.assign(buffered().substr(0, length));
    buffer_.consume(length);
    return true;
}

awaitable<bool> connection::read_body(const parsed_head& head, arriving& into) {
    if (!co_await welcome_body(head)) {
        co_return false;
    }
    enter(stage::body, core_->options.body_deadline);
    pace_.start(std::chrono::steady_clock::now());
    arrival end = arrival::cut;
    if (head.chunked) {
        end = co_await read_chunked(into);
    } else {
        end = co_await read_fixed(into);
    }
    if (end == arrival::whole) {
        co_return true;
    }
    // Whoever is refused may go on sending for a while; nothing is held for it.
    into.body = std::string();
    into.hold.weigh(0);
    if (end == arrival::crowded) {
        co_await refuse_crowded(head);
    } else if (end == arrival::too_long) {
        co_await refuse(413, "the request body is too large", head.head);
    } else if (end == arrival::broken) {
        co_await refuse(400, framing::describe(into.flaw), head.head);
    } else if (expired_ && stage_ == stage::body) {
        co_await refuse(408, "the request body took too long", head.head);
    }
    co_return false;
}

awaitable<bool> connection::welcome_body(const parsed_head& head) {
    const bool waiting = iequals(head.head.headers.get("Expect"), "100-continue");
    if (!waiting || head.http_1_0 || buffer_.size() > 0) {
        co_return true;
    }
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    co_return co_await write({asio::buffer(go_on), {}});
}

awaitable<connection::arrival> connection::read_fixed(arriving& into) {
    std::string& body = into.body;
    const std::size_t length = into.most;
    // A declared length is a claim: what is held is what has come, and twice that at most.
    while (body.size() < length) {
        const auto had = body.size();
        const auto wanted = std::min(length - had, std::max(body_read_bytes, buffer_.size()));
        if (!make_room(body, into.hold, had + wanted, length)) {
            co_return arrival::crowded;
        }
        if (buffer_.size() > 0) {
            const auto early = std::min(wanted, buffer_.size());
            body.append(buffered().substr(0, early));
            buffer_.consume(early);
            continue;
        }
        // Straight into the body, without a detour through the connection's buffer.
        body.resize(had + wanted);
        auto [ec, count] =
            co_await socket_.async_read_some(asio::buffer(body.data() + had, wanted), as_outcome);
        body.resize(had + count);
        pace_.received(count);
        if (ec || expired_) {
            co_return arrival::cut;
        }
    }
    co_return arrival::whole;
}

awaitable<connection::arrival> connection::read_chunked(arriving& into) {
    chunked_decoder decoder({into.most, core_->options.max_header_bytes});
    while (true) {
        const auto need = std::min(into.body.size() + buffer_.size(), into.most);
        if (!make_room(into.body, into.hold, need, into.most)) {
            co_return arrival::crowded;
        }
        buffer_.consume(decoder.feed(buffered(), into.body));
        switch (decoder.progress()) {
        case chunked_decoder::state::done:
            co_return arrival::whole;
        case chunked_decoder::state::broken:
            into.flaw = decoder.flaw();
            co_return arrival::broken;
        case chunked_decoder::state::too_long:
            co_return arrival::too_long;
        case chunked_decoder::state::more:
            break;
        }
        if (!co_await fill(body_read_bytes)) {
            co_return arrival::cut;
        }
    }
}

} // namespace imagined::http
