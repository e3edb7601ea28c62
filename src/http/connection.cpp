#include "connection.hpp"

#include "file_reader.hpp"
#include "framing.hpp"
#include "grammar.hpp"

#include "imagined/base/log.hpp"
#include "imagined/base/memory_reserve.hpp"

#include <algorithm>
#include <tuple>

namespace imagined::http {

namespace {

constexpr std::size_t request_read_bytes = std::size_t{4} * 1024;
constexpr std::size_t discard_bytes = std::size_t{16} * 1024;
// Enough for a body that was refused by its size, so that its sender sees the 413 and not a reset.
constexpr std::size_t max_linger_bytes = std::size_t{40} * 1024 * 1024;

const request_head no_head; // of a request that could not be read

} // namespace

connection::connection(std::shared_ptr<server_core> core, tcp_socket socket)
    : core_(std::move(core)), socket_(std::move(socket)) {
    place_ = core_->live.insert(core_->live.end(), this);
    boost::system::error_code ec;
    socket_.set_option(tcp::no_delay(true), ec);
    socket_.non_blocking(true, ec);
    const auto endpoint = socket_.remote_endpoint(ec);
    if (!ec) {
        peer_ = endpoint.address().to_string();
    }
}

connection::~connection() {
    core_->live.erase(place_);
}

awaitable<> connection::run(welcome how) {
    if (how == welcome::turn_away) {
        co_await refuse(503, "too many connections", no_head);
    } else {
        bool again = true;
        while (again && alive()) {
            again = co_await serve_one();
        }
    }
    cut();
}

void connection::enter(stage next, milliseconds limit) {
    stage_ = next;
    expired_ = false;
    deadline_ =
        limit == milliseconds::max() ? time_point::max() : std::chrono::steady_clock::now() + limit;
}

void connection::sweep(time_point now) {
    const body_pace::limits rate{core_->options.min_body_rate, core_->timing.rate_window};
    const bool dripping = stage_ == stage::body && pace_.too_slow(now, rate);
    if (now < deadline_ && !dripping) {
        return;
    }
    deadline_ = time_point::max();
    expired_ = true;
    if (stage_ == stage::head || stage_ == stage::body) {
        boost::system::error_code ec;
        socket_.cancel(ec); // the coroutine still answers 408
    } else {
        cut();
    }
}

void connection::drain() {
    if (stage_ == stage::idle) {
        cut();
    }
    if (stream_) {
        stream_->stop();
    }
}

void connection::cut() {
    boost::system::error_code ec;
    socket_.close(ec);
}

void connection::rest_buffer() {
    if (buffer_.size() > 0) {
        return;
    }
    if (buffer_.capacity() == request_read_bytes) {
        core_->spare_buffer = std::move(buffer_);
    }
    buffer_.shrink_to_fit();
}

std::string_view connection::buffered() const {
    return {static_cast<const char*>(buffer_.data().data()), buffer_.size()};
}

awaitable<bool> connection::serve_one() {
    if (!co_await await_request()) {
        co_return false;
    }
    auto head = co_await read_head();
    if (!head || !alive()) {
        co_return false;
    }
    const auto& about = head->head;
    const auto expectation = about.headers.get("Expect");
    if (!expectation.empty() && !iequals(expectation, "100-continue") && !head->http_1_0) {
        co_await refuse(417, "the expectation is not supported", about);
        co_return false;
    }
    auto verdict = admit(about);
    if (auto* early = std::get_if<response>(&verdict)) {
        const bool keep = head->keep_alive && !head->has_body() && !core_->draining;
        const bool sent = co_await answer(
            std::move(*early), *head, keep ? after_answer::keep : after_answer::close
        );
        if (sent && !keep && head->has_body()) {
            co_await linger();
        }
        co_return sent&& keep;
    }
    request incoming;
    auto& admitted = std::get<admission>(verdict);
    incoming.noted = std::move(admitted.note);
    if (head->has_body() && !co_await obtain_body(*head, admitted.max_body_bytes, incoming)) {
        co_return false;
    }
    // The handler may take a request's head apart; answering needs these few facts of it.
    parsed_head facts;
    facts.http_1_0 = head->http_1_0;
    facts.keep_alive = head->keep_alive;
    facts.head.method = about.method;
    static_cast<request_head&>(incoming) = std::move(head->head);
    head.reset();
    rest_buffer(); // the handler may take minutes
    enter(stage::handling, milliseconds::max());
    auto reply = co_await ask(std::move(incoming));
    if (!alive()) {
        co_return false;
    }
    if (std::holds_alternative<std::shared_ptr<body_stream>>(reply.body)) {
        co_await answer_stream(std::move(reply), facts);
        co_return false;
    }
    const bool keep = facts.keep_alive && !core_->draining;
    const auto then = keep ? after_answer::keep : after_answer::close;
    co_return co_await answer(std::move(reply), facts, then) && keep;
}

awaitable<bool> connection::await_request() {
    // Draining may have begun while the last request was served.
    if (core_->draining && buffer_.size() == 0) {
        co_return false;
    }
    if (buffer_.size() == 0) {
        rest_buffer(); // an idle connection holds none
        // A peer that never said anything gets no more patience than one in the middle of a head.
        enter(stage::idle, first_ ? core_->options.header_deadline : core_->options.idle_deadline);
        if (!co_await fill(request_read_bytes)) {
            co_return false;
        }
    }
    first_ = false;
    enter(stage::head, core_->options.header_deadline);
    co_return true;
}

awaitable<std::optional<parsed_head>> connection::read_head() {
    if (buffered().starts_with("\r\n")) {
        buffer_.consume(2); // RFC 9112 §2.2: left over by old clients after a body
    }
    const auto& limits = core_->options;
    std::size_t seen = 0;
    framing::head_end end;
    while (!end.length) {
        end = framing::find_head_end(buffered(), seen);
        seen = buffer_.size();
        if (end.broken) {
            co_await refuse(400, framing::describe(*end.broken), no_head);
            co_return std::nullopt;
        }
        if (end.length.value_or(seen) > limits.max_header_bytes) {
            co_await refuse(431, "the request header is too large", no_head);
            co_return std::nullopt;
        }
        if (!end.length && !co_await fill(request_read_bytes)) {
            if (expired_) {
                co_await refuse(408, "the request header took too long", no_head);
            }
            co_return std::nullopt;
        }
    }
    const auto raw = buffered().substr(0, *end.length);
    if (const auto flaw = framing::first_flaw(raw)) {
        co_await refuse(400, framing::describe(*flaw), no_head);
        co_return std::nullopt;
    }
    if (framing::field_count(raw) > limits.max_header_count) {
        co_await refuse(431, "the request has too many header fields", no_head);
        co_return std::nullopt;
    }
    auto parsed = parse_request_head(raw);
    if (!parsed) {
        co_await refuse(400, "the request head is malformed", no_head);
        co_return std::nullopt;
    }
    parsed->head.peer = peer_;
    buffer_.consume(*end.length);
    co_return parsed;
}

std::variant<admission, response> connection::admit(const request_head& head) {
    try {
        return core_->what->admit(head);
    } catch (const std::exception& e) {
        log::error("a request could not be admitted", {{"path", head.path}, {"reason", e.what()}});
        return refusal(500, "internal error", head);
    }
}

awaitable<response> connection::ask(request incoming) {
    std::string reason;
    try {
        co_return co_await core_->what->handle(std::move(incoming));
    } catch (const std::exception& e) {
        reason = e.what();
    }
    memory_reserve::refill();
    log::error("a request could not be handled", {{"reason", reason}});
    if (!alive()) {
        co_return response{};
    }
    co_return refusal(500, "internal error", no_head);
}

response connection::refusal(int status, std::string_view reason, const request_head& head) {
    auto reply = core_->what->refuse(status, reason, head);
    make_writable(reply);
    return reply;
}

awaitable<> connection::refuse(int status, std::string_view reason, const request_head& head) {
    if (!alive()) {
        co_return;
    }
    parsed_head facts;
    facts.head.method = head.method;
    auto reply = refusal(status, reason, head);
    if (co_await answer(std::move(reply), facts, after_answer::close)) {
        co_await linger();
    }
}

awaitable<bool> connection::answer(response reply, const parsed_head& head, after_answer then) {
    if (reply.hold > milliseconds(0)) {
        enter(stage::handling, milliseconds::max());
        co_await pause_for(reply.hold);
        if (!alive()) {
            co_return false;
        }
    }
    if (!is_writable(reply)) {
        log::error("an answer had an unwritable header", {{"path", head.head.path}});
        reply = refusal(500, "internal error", head.head);
    }
    std::optional<file_reader> file;
    if (const auto* slice = std::get_if<file_slice>(&reply.body)) {
        file = file_reader::open(*slice);
        if (!file) {
            log::error("a file could not be sent", {{"file", slice->path}});
            reply = refusal(500, "internal error", head.head);
        }
    }
    if (then == after_answer::keep && head.http_1_0) {
        then = after_answer::keep_http_1_0;
    }
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const head_facts facts{
        .body_bytes = file ? file->left() : reply.text().size(),
        .then = then,
        .date = core_->date.at(std::chrono::duration_cast<seconds>(now).count()),
    };
    write_head(out_, reply, facts);
    const bool bodiless = is_bodiless(reply.status) || head.head.method == "HEAD";
    const auto body = bodiless ? std::string_view{} : reply.text();
    if (!co_await write({asio::buffer(out_), asio::buffer(body)})) {
        co_return false;
    }
    co_return !file || bodiless || co_await write_file(*file);
}

awaitable<bool> connection::write(std::array<asio::const_buffer, 2> buffers) {
    while (buffers[0].size() + buffers[1].size() > 0) {
        enter(stage::writing, core_->options.write_deadline); // again with each progress
        // Most answers fit into the socket's buffer: then nobody has to be woken for them.
        boost::system::error_code ec;
        std::size_t count = socket_.write_some(buffers, ec);
        if (ec == asio::error::would_block) {
            std::tie(ec, count) = co_await socket_.async_write_some(buffers, as_outcome);
        }
        if (ec || expired_) {
            co_return false;
        }
        const auto of_first = std::min(count, buffers[0].size());
        buffers[0] += of_first;
        buffers[1] += count - of_first;
    }
    co_return true;
}

awaitable<bool> connection::write_file(file_reader& file) {
    std::string piece;
    while (file.left() > 0) {
        // A file that became shorter leaves only one honest end: the connection is cut.
        if (!file.next(piece) || !co_await write({asio::buffer(piece), {}})) {
            co_return false;
        }
    }
    co_return true;
}

awaitable<> connection::answer_stream(response reply, const parsed_head& head) {
    stream_ = std::get<std::shared_ptr<body_stream>>(std::move(reply.body));
    reply.body = std::string();
    if (!is_writable(reply) || stream_ == nullptr) {
        log::error("a stream had an unwritable header", {{"path", head.head.path}});
        stream_.reset();
        co_await answer(refusal(500, "internal error", head.head), head, after_answer::close);
        co_return;
    }
    boost::system::error_code ec;
    socket_.set_option(asio::socket_base::send_buffer_size(core_->options.stream_buffer_bytes), ec);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const head_facts facts{
        .body_bytes = std::nullopt,
        .chunked = !head.http_1_0,
        .then = after_answer::close,
        .date = core_->date.at(std::chrono::duration_cast<seconds>(now).count()),
    };
    write_head(out_, reply, facts);
    if (!co_await write({asio::buffer(out_), {}}) || head.head.method == "HEAD") {
        stream_.reset();
        co_return;
    }
    if (core_->draining) {
        stream_->stop();
    }
    watch_peer();
    bool whole = false;
    try {
        whole = co_await send_pieces(*stream_, facts.chunked);
    } catch (const std::exception& e) {
        if (alive()) {
            log::error("a stream broke", {{"path", head.head.path}, {"reason", e.what()}});
        }
    }
    stream_.reset();
    if (whole && alive()) {
        co_await linger(); // the last words must not be lost to a reset
    }
}

awaitable<bool> connection::send_pieces(body_stream& stream, bool chunked) {
    while (alive() && socket_.is_open()) {
        enter(stage::handling, milliseconds::max());
        std::string piece = co_await stream.next();
        const bool last = piece.empty();
        if (last && !chunked) {
            co_return true;
        }
        out_ = last ? std::string() : chunked ? chunk_head(piece.size()) : std::string();
        piece.append(!chunked ? std::string_view() : last ? last_chunk : std::string_view("\r\n"));
        std::array<asio::const_buffer, 2> left{asio::buffer(out_), asio::buffer(piece)};
        enter(stage::piece, core_->options.stream_deadline); // for all of it, however it goes
        while (left[0].size() + left[1].size() > 0) {
            auto [ec, count] = co_await socket_.async_write_some(left, as_outcome);
            if (ec || expired_) {
                co_return false;
            }
            const auto of_first = std::min(count, left[0].size());
            left[0] += of_first;
            left[1] += count - of_first;
        }
        if (last) {
            co_return true;
        }
    }
    co_return false;
}

// A stream may have nothing to say for long: only its peer's going tells that nobody listens.
void connection::watch_peer() {
    auto look = [self = shared_from_this()](const boost::system::error_code& ec) {
        if (ec || !self->stream_) {
            return;
        }
        boost::system::error_code trouble;
        self->discard_now(trouble); // no request is read behind a stream
        if (!trouble || trouble == asio::error::would_block) {
            self->watch_peer();
        } else {
            self->stream_->stop();
            self->cut();
        }
    };
    socket_.async_wait(tcp::socket::wait_read, std::move(look));
}

awaitable<> connection::linger() {
    boost::system::error_code ec;
    socket_.shutdown(tcp::socket::shutdown_send, ec);
    enter(stage::lingering, core_->timing.linger);
    std::size_t discarded = 0;
    while (!ec && !expired_ && discarded < max_linger_bytes) {
        const auto [failed] = co_await socket_.async_wait(tcp::socket::wait_read, as_outcome);
        if (failed) {
            co_return;
        }
        discarded += discard_now(ec);
        if (ec == asio::error::would_block) {
            ec.clear();
        }
    }
}

std::size_t connection::discard_now(boost::system::error_code& ec) {
    // On the stack of a plain function: in a coroutine it would be part of the frame.
    std::array<char, discard_bytes> scratch;
    return socket_.read_some(asio::buffer(scratch), ec);
}

std::size_t connection::read_now(std::size_t bytes, boost::system::error_code& ec) {
    if (buffer_.capacity() == 0) {
        buffer_ = std::move(core_->spare_buffer);
    }
    const auto count = socket_.read_some(buffer_.prepare(bytes), ec);
    buffer_.commit(count);
    return count;
}

awaitable<bool> connection::fill(std::size_t bytes) {
    boost::system::error_code ec = asio::error::would_block;
    while (ec == asio::error::would_block) {
        if (expired_) {
            co_return false;
        }
        const auto [failed] = co_await socket_.async_wait(tcp::socket::wait_read, as_outcome);
        if (failed || expired_) {
            co_return false;
        }
        ec.clear();
        const auto count = read_now(bytes, ec);
        pace_.received(count);
    }
    co_return !ec;
}

} // namespace imagined::http
