#include "faulty_server.hpp"

#include "imagined/base/log.hpp"
#include "imagined/base/task_group.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/url/authority_view.hpp>
#include <boost/url/parse.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <ctime>
#include <list>
#include <optional>
#include <tuple>

namespace imagined::sandbox {

namespace {

namespace beast = boost::beast;
using tcp = asio::ip::tcp;
using tcp_acceptor = asio::basic_socket_acceptor<tcp, executor>;
using tcp_stream = beast::basic_stream<tcp, executor>;
using request_parser = beast::http::request_parser<beast::http::string_body>;

constexpr seconds patience{120}; // for each head, body and piece of a reply
constexpr std::uint32_t max_head_bytes = std::uint32_t{16} * 1024;
constexpr std::size_t max_connections = 20000;
constexpr milliseconds accept_pause{50}; // when no connection can be accepted
constexpr milliseconds cut_grace{1000};
// A body that is refused by its size is read so far, so that its sender sees the refusal and not a
// reset.
constexpr std::size_t max_linger_bytes = std::size_t{40} * 1024 * 1024;
constexpr seconds linger_patience{3};
constexpr std::size_t linger_piece = std::size_t{64} * 1024;

// nullopt when the target is no path.
std::optional<http::request> request_of(const beast::http::request_header<>& head) {
    const auto target = boost::urls::parse_origin_form(head.target());
    if (!target) {
        return std::nullopt;
    }
    http::request made;
    made.method = std::string(head.method_string());
    made.target = std::string(head.target());
    made.path = target->path();
    made.query = std::string(target->encoded_query());
    for (const auto& field : head) {
        made.headers.add(field.name_string(), field.value());
    }
    return made;
}

bool is_servers(std::string_view field) {
    constexpr std::array<std::string_view, 4> own{
        "Content-Length", "Date", "Connection", "Transfer-Encoding"
    };
    return std::any_of(own.begin(), own.end(), [&](auto name) {
        return http::iequals(name, field);
    });
}

bool is_bodiless(int status) {
    return status == 204 || status == 304;
}

std::string head_of(const http::response& said, bool keep) {
    std::string head = fmt::format(
        "HTTP/1.1 {} {}\r\nDate: {:%a, %d %b %Y %H:%M:%S} GMT\r\n",
        said.status,
        http::reason_phrase(said.status),
        fmt::gmtime(std::time(nullptr))
    );
    if (!is_bodiless(said.status)) {
        head += fmt::format("Content-Length: {}\r\n", said.text().size());
    }
    if (!keep) {
        head += "Connection: close\r\n";
    }
    for (const auto& [name, value] : said.headers) {
        if (!is_servers(name)) {
            head += fmt::format("{}: {}\r\n", name, value);
        }
    }
    return head + "\r\n";
}

// Of a request that does not read as HTTP, as opposed to a peer that went away.
bool is_malformed(const boost::system::error_code& ec) {
    using beast::http::error;
    return ec.category() == make_error_code(error::bad_method).category()
           && ec != error::end_of_stream && ec != error::partial_message;
}

class session;

// What the sessions share. They hold it alive, because a coroutine's frame may outlive the server
// until its io_context runs or is destroyed.
struct shared {
    shared(executor on, upstream& target) : what(&target), acceptor(on), children(on) {}

    upstream* what; // null once the server is gone
    tcp_acceptor acceptor;
    std::list<session*> live; // each enters and leaves by itself
    bool draining = false;
    task_group children;
};

// One connection: reads a request, asks the upstream, replies, and begins again.
class session {
public:
    session(std::shared_ptr<shared> all, tcp_stream::socket_type socket)
        : all_(std::move(all)), stream_(std::move(socket)) {
        place_ = all_->live.insert(all_->live.end(), this);
        boost::system::error_code ec;
        stream_.socket().set_option(tcp::no_delay(true), ec);
    }

    session(const session&) = delete;
    session& operator=(const session&) = delete;

    ~session() { all_->live.erase(place_); }

    awaitable<> run() {
        while (!all_->draining && co_await serve_one()) {
        }
        cut();
    }

    // Closes at once between requests; otherwise the next reply is the last.
    void drain() {
        if (idle_) {
            cut();
        }
    }

    void cut() { stream_.close(); }

private:
    enum class after { keep, close };

    awaitable<bool> serve_one();
    awaitable<bool> read_body(request_parser& incoming, const http::request& head);
    awaitable<reply> ask(http::request incoming);
    awaitable<bool> send(reply made, const http::request_head& to, after then);
    awaitable<> refuse(int status, std::string_view reason, const http::request_head& head);
    awaitable<bool> write(std::string_view first, std::string_view second = {});
    awaitable<bool> drip(std::string_view body, std::size_t bytes_a_second);
    awaitable<> linger();

    std::shared_ptr<shared> all_;
    tcp_stream stream_;
    beast::flat_buffer buffer_; // read from the peer, not yet used
    std::list<session*>::iterator place_;
    bool idle_ = true; // no request has been read whose reply is not sent
};

awaitable<bool> session::serve_one() {
    request_parser incoming;
    incoming.header_limit(max_head_bytes);
    incoming.body_limit(boost::none); // the upstream's to say
    stream_.expires_after(patience);
    const auto [ec, bytes] =
        co_await beast::http::async_read_header(stream_, buffer_, incoming, as_outcome);
    if (ec && !is_malformed(ec)) {
        co_return false;
    }
    idle_ = false;
    auto asked = ec ? std::nullopt : request_of(incoming.get());
    if (!asked) {
        co_await refuse(400, "the request head is malformed", {});
        co_return false;
    }
    const bool keep = incoming.get().keep_alive();
    auto verdict = all_->what->admit(*asked);
    if (auto* early = std::get_if<reply>(&verdict)) {
        const bool bodiless = incoming.is_done();
        const auto then = keep && bodiless ? after::keep : after::close;
        if (early->sent == delivery::whole && !bodiless) {
            co_await send(std::move(*early), *asked, then);
            co_await linger();
            co_return false;
        }
        co_return co_await send(std::move(*early), *asked, then);
    }
    const std::uint64_t limit = std::get<std::size_t>(verdict);
    if (incoming.content_length().value_or(0) > limit) {
        co_await refuse(413, "the request body is too large", *asked);
        co_return false;
    }
    incoming.body_limit(limit);
    if (!incoming.is_done() && !co_await read_body(incoming, *asked)) {
        co_return false;
    }
    asked->body = std::move(incoming.get().body());
    http::request_head about;
    about.method = asked->method;
    auto made = co_await ask(std::move(*asked));
    const auto then = keep && !all_->draining ? after::keep : after::close;
    co_return co_await send(std::move(made), about, then);
}

awaitable<bool> session::read_body(request_parser& incoming, const http::request& head) {
    if (http::iequals(head.headers.get("Expect"), "100-continue")
        && !co_await write("HTTP/1.1 100 Continue\r\n\r\n")) {
        co_return false;
    }
    stream_.expires_after(patience);
    const auto [ec, bytes] =
        co_await beast::http::async_read(stream_, buffer_, incoming, as_outcome);
    if (ec == beast::http::error::body_limit) {
        co_await refuse(413, "the request body is too large", head);
    } else if (is_malformed(ec)) {
        co_await refuse(400, "the request body is malformed", head);
    }
    co_return !ec;
}

awaitable<reply> session::ask(http::request incoming) {
    stream_.expires_never(); // it may draw for minutes
    try {
        co_return co_await all_->what->handle(std::move(incoming));
    } catch (const std::exception& e) {
        log::error("the sandbox could not handle a request", {{"reason", e.what()}});
    }
    co_return all_->what == nullptr ? reply()
                                    : reply(all_->what->refuse(500, "internal error", {}));
}

awaitable<bool> session::send(reply made, const http::request_head& to, after then) {
    if (made.sent == delivery::nothing) {
        co_return false;
    }
    const std::string head = head_of(made.said, then == after::keep);
    const bool bodiless = to.method == "HEAD" || is_bodiless(made.said.status);
    auto body = bodiless ? std::string_view() : made.said.text();
    if (made.sent == delivery::half) {
        body = body.substr(0, body.size() / 2);
    }
    const bool sent = made.drip == 0 ? co_await write(head, body)
                                     : co_await write(head) && co_await drip(body, made.drip);
    idle_ = true;
    co_return sent&& then == after::keep&& made.sent == delivery::whole;
}

awaitable<> session::refuse(int status, std::string_view reason, const http::request_head& head) {
    if (co_await send(all_->what->refuse(status, reason, head), head, after::close)) {
        co_await linger();
    }
}

awaitable<bool> session::write(std::string_view first, std::string_view second) {
    stream_.expires_after(patience);
    const std::array<asio::const_buffer, 2> both{asio::buffer(first), asio::buffer(second)};
    const auto [ec, bytes] = co_await asio::async_write(stream_, both, as_outcome);
    co_return !ec;
}

awaitable<bool> session::drip(std::string_view body, std::size_t bytes_a_second) {
    constexpr std::size_t pieces_a_second = 10;
    const std::size_t piece = std::max<std::size_t>(bytes_a_second / pieces_a_second, 1);
    bool sent = true;
    while (sent && !body.empty()) {
        co_await pause_for(milliseconds(1000 / pieces_a_second));
        sent = co_await write(body.substr(0, piece));
        body.remove_prefix(std::min(piece, body.size()));
    }
    co_return sent;
}

awaitable<> session::linger() {
    boost::system::error_code ec;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ec);
    stream_.expires_after(linger_patience);
    std::size_t discarded = 0;
    while (!ec && discarded < max_linger_bytes) {
        buffer_.clear();
        std::size_t count = 0;
        std::tie(ec, count) =
            co_await stream_.async_read_some(buffer_.prepare(linger_piece), as_outcome);
        discarded += count;
    }
}

awaitable<> accept_loop(std::shared_ptr<shared> all) {
    while (!all->draining) {
        auto [ec, socket] = co_await all->acceptor.async_accept(as_outcome);
        if (ec == asio::error::operation_aborted || ec == asio::error::bad_descriptor) {
            co_return;
        }
        if (ec) {
            co_await pause_for(accept_pause);
        } else if (all->live.size() < max_connections) {
            const auto fresh = std::make_shared<session>(all, std::move(socket));
            all->children.spawn("sandbox connection", [fresh] { return fresh->run(); });
        }
    }
}

boost::system::error_code
listen_at(tcp_acceptor& acceptor, const boost::urls::authority_view& address) {
    boost::system::error_code ec;
    asio::ip::basic_resolver<tcp, executor> resolver(acceptor.get_executor());
    const auto found =
        resolver.resolve(address.host_address(), address.port(), tcp::resolver::passive, ec);
    if (!ec) {
        acceptor.open(found.begin()->endpoint().protocol(), ec);
    }
    if (!ec) {
        acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
    }
    if (!ec) {
        acceptor.bind(found.begin()->endpoint(), ec);
    }
    if (!ec) {
        acceptor.listen(tcp::acceptor::max_listen_connections, ec);
    }
    return ec;
}

class tcp_server final : public faulty_server {
public:
    explicit tcp_server(std::shared_ptr<shared> all)
        : all_(std::move(all)), bound_(all_->acceptor.local_endpoint()) {}

    tcp_server(const tcp_server&) = delete;
    tcp_server& operator=(const tcp_server&) = delete;

    ~tcp_server() override {
        all_->what = nullptr;
        drain();
        all_->children.stop();
        all_->children.cancel();
    }

    std::string address() const override {
        const auto host = bound_.address().to_string();
        return bound_.address().is_v6() ? fmt::format("[{}]:{}", host, bound_.port())
                                        : fmt::format("{}:{}", host, bound_.port());
    }

    void start() override {
        all_->children.spawn("sandbox accept", [all = all_] { return accept_loop(all); });
    }

    awaitable<> stop(milliseconds limit) override {
        drain();
        if (!co_await all_->children.join(limit)) {
            for (auto* one : all_->live) {
                one->cut();
            }
            all_->children.cancel();
            co_await all_->children.join(cut_grace);
        }
    }

private:
    void drain() {
        all_->draining = true;
        boost::system::error_code ec;
        all_->acceptor.close(ec);
        for (auto* one : all_->live) {
            one->drain();
        }
    }

    std::shared_ptr<shared> all_;
    tcp::endpoint bound_; // address() also answers after stop()
};

} // namespace

result<std::unique_ptr<faulty_server>>
faulty_server::open(executor on, const std::string& address, upstream& what) {
    const auto at = boost::urls::parse_authority(address);
    if (!at || at->port().empty() || at->host_address().empty()) {
        return failure{
            failure_kind::invalid, fmt::format("\"{}\" is no address: expected host:port", address)
        };
    }
    const auto all = std::make_shared<shared>(on, what);
    if (const auto ec = listen_at(all->acceptor, *at)) {
        return failure{
            failure_kind::unavailable, fmt::format("listen on {}: {}", address, ec.message())
        };
    }
    return std::unique_ptr<faulty_server>(std::make_unique<tcp_server>(all));
}

} // namespace imagined::sandbox
