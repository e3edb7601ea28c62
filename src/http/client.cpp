#include "imagined/http/client.hpp"

#include "imagined/base/failpoint.hpp"

#include "alarm.hpp"
#include "name_resolver.hpp"
#include "request_writer.hpp"
#include "response_reader.hpp"
#include "wire.hpp"
#include "wire_pool.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <tuple>

namespace imagined::http {

namespace {

using boost::system::error_code;
using time_point = alarm::time_point;

constexpr std::size_t read_bytes = std::size_t{16} * 1024;
constexpr int max_interim_answers = 16;

using tls_context = std::shared_ptr<asio::ssl::context>;

result<tls_context> make_tls(const std::string& ca_file) {
    auto tls = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(tls->native_handle(), TLS1_2_VERSION);
    tls->set_verify_mode(asio::ssl::verify_peer);
    error_code ec;
    // Without system anchors only ca_file counts; an image without them still works with one.
    tls->set_default_verify_paths(ec);
    ec.clear();
    if (!ca_file.empty()) {
        tls->load_verify_file(ca_file, ec);
    }
    if (ec) {
        return failure{failure_kind::invalid, "ca_file \"" + ca_file + "\": " + ec.message()};
    }
    // Some front ends only speak HTTP/1.1 when it is named.
    constexpr std::array<unsigned char, 9> protocols{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    SSL_CTX_set_alpn_protos(tls->native_handle(), protocols.data(), protocols.size());
    return tls;
}

// The system's anchors are over a hundred certificates and a megabyte: read when the first peer
// asks for them, and for all clients together.
tls_context system_tls() {
    static const tls_context shared = make_tls("").value();
    return shared;
}

milliseconds until(time_point when) {
    const auto left = when - std::chrono::steady_clock::now();
    return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(left));
}

// What a failed operation on a wire means: the alarm explains an abort, else it was cancellation.
failure wire_failure(std::string_view doing, const error_code& ec, const alarm& bell) {
    const std::string what(doing);
    if (bell.rung()) {
        return {failure_kind::unavailable, what + ": timed out"};
    }
    if (ec == asio::error::operation_aborted) {
        return {failure_kind::cancelled, what};
    }
    return {failure_kind::unavailable, what + ": " + ec.message()};
}

// Gives the memory back, which an assignment would keep.
void release(std::string& text) {
    std::string().swap(text);
}

void first_byte(const outgoing& request, std::string_view moment) {
    if (request.method == "POST") {
        failpoint::hit("http.post.first_byte", moment);
    }
}

class pooled_client final : public client {
public:
    pooled_client(executor on, client_options chosen, tls_context tls)
        : executor_(on),
          options_(std::move(chosen)),
          tls_(std::move(tls)),
          resolver_(on),
          pool_(on, {options_.max_idle_per_host, options_.idle_lifetime}) {}

    awaitable<exchange> send(outgoing request) override {
        return converse(std::make_unique<call>(std::move(request)));
    }

    std::size_t idle_connections() const override { return pool_.size(); }

private:
    using step = std::optional<failure>; // nothing: go on

    // One exchange under way: all that is kept of it while the answer is waited for.
    struct call {
        explicit call(outgoing asked)
            : request(std::move(asked)),
              deadline(std::chrono::steady_clock::now() + request.deadline) {}

        outgoing request;
        time_point deadline;
        std::string head;
        std::unique_ptr<wire> over;
        std::optional<alarm> bell; // closes `over` at the deadline
        bool pooled = false;
        step broken; // the request could not be written whole
        exchange done;

        bool fail(failure why) {
            done.outcome = std::move(why);
            return false;
        }
    };

    awaitable<exchange> converse(std::unique_ptr<call> c);
    awaitable<bool> begin(call& c);
    awaitable<> finish(call& c);
    awaitable<step> connect(call& c);
    awaitable<step> connect_to(call& c, asio::ip::address address, time_point limit);
    awaitable<step> write(call& c);
    awaitable<result<response>> read(call& c);
    awaitable<result<std::unique_ptr<response_reader>>>
    read_final(call& c, boost::beast::flat_buffer& buffer);

    executor executor_;
    client_options options_;
    tls_context tls_; // nullptr: the system's, not yet asked for
    name_resolver resolver_;
    wire_pool pool_;
};

std::string origin_of(const url& to) {
    return (to.tls ? "https://" : "http://") + to.authority();
}

// Here a call spends its minutes. No buffer, reader or deeper frame exists meanwhile, and what came
// before has left nothing in this one.
awaitable<exchange> pooled_client::converse(std::unique_ptr<call> c) {
    const bool sent = co_await begin(*c);
    if (sent) {
        error_code heard;
        do {
            std::tie(heard) = co_await c->over->readable();
        } while (!heard && c->over->is_silent());
        // A coroutine that was cancelled waits for nothing more, not even for what is at hand.
        if (heard || c->bell->rung()) {
            c->done.outcome = c->broken ? *c->broken : wire_failure("receive", heard, *c->bell);
        } else {
            co_await finish(*c);
        }
    }
    co_return std::move(c->done);
}

// Connects and writes. False: it is over, and `done` says why.
awaitable<bool> pooled_client::begin(call& c) {
    auto head = write_request_head(c.request);
    if (!head) {
        co_return c.fail(head.error());
    }
    c.head = std::move(*head);
    c.request.headers = {};
    if (!c.request.fresh_connection) {
        c.over = pool_.take(origin_of(c.request.to), c.request.to.host, c.request.egress);
        c.pooled = c.over != nullptr;
    }
    for (;;) {
        if (c.over == nullptr) {
            if (auto failed = co_await connect(c)) {
                co_return c.fail(std::move(*failed));
            }
        }
        c.bell.emplace(executor_);
        c.bell->set(c.deadline, [w = c.over.get()] { w->close(); });
        c.broken = co_await write(c);
        if (!c.broken) {
            co_return true;
        }
        const bool untouched = c.done.reached == progress::not_sent;
        const bool stale = c.pooled && c.broken->kind == failure_kind::unavailable
                           && std::chrono::steady_clock::now() < c.deadline;
        if (untouched && stale) {
            // The pooled connection was closed before a byte went out: a fresh one repeats nothing.
            c.bell.reset();
            c.pooled = false;
            c.over.reset();
            continue;
        }
        if (untouched || c.bell->rung() || c.broken->kind == failure_kind::cancelled) {
            co_return c.fail(*c.broken);
        }
        // A peer that refuses a request early stops reading it; its answer may be there all the
        // same.
        co_return true;
    }
}

awaitable<> pooled_client::finish(call& c) {
    auto answer = co_await read(c);
    c.done.outcome = c.broken && !answer ? result<response>(*c.broken) : std::move(answer);
}

awaitable<pooled_client::step> pooled_client::connect(call& c) {
    const auto& to = c.request.to;
    const auto resolve_limit = std::min(options_.resolve_deadline, until(c.deadline));
    const auto found = co_await resolver_.resolve(to.host, resolve_limit);
    if (!found) {
        co_return found.error();
    }
    std::vector<asio::ip::address> permitted;
    std::copy_if(found->begin(), found->end(), std::back_inserter(permitted), [&](const auto& a) {
        return c.request.egress == nullptr || c.request.egress->permits(to.host, a, to.port);
    });
    if (permitted.empty()) {
        co_return failure{
            failure_kind::rejected, "connect to " + to.authority() + ": the address is not allowed"
        };
    }
    const auto end =
        std::min(c.deadline, std::chrono::steady_clock::now() + options_.connect_deadline);
    step failed;
    for (std::size_t i = 0; i < permitted.size(); ++i) {
        // One silent address must not use up the time of those behind it.
        const auto now = std::chrono::steady_clock::now();
        const auto share = (end - now) / static_cast<long>(permitted.size() - i);
        failed = co_await connect_to(c, permitted[i], now + share);
        if (!failed || failed->kind == failure_kind::cancelled) {
            break;
        }
    }
    co_return failed;
}

awaitable<pooled_client::step>
pooled_client::connect_to(call& c, asio::ip::address address, time_point limit) {
    const auto& to = c.request.to;
    if (to.tls && !tls_) {
        tls_ = system_tls();
    }
    auto fresh = std::make_unique<wire>(executor_, to.tls ? tls_->native_handle() : nullptr);
    alarm bell(executor_);
    bell.set(limit, [w = fresh.get()] { w->close(); });
    auto ec = co_await fresh->connect({address, to.port});
    if (ec || bell.rung()) {
        co_return wire_failure("connect to " + to.authority(), ec, bell);
    }
    if (to.tls) {
        ec = co_await fresh->handshake(to.host);
        if (ec || bell.rung()) {
            co_return wire_failure("TLS with " + to.authority(), ec, bell);
        }
    }
    c.over = std::move(fresh);
    co_return std::nullopt;
}

awaitable<pooled_client::step> pooled_client::write(call& c) {
    std::array<asio::const_buffer, 2> left{asio::buffer(c.head), asio::buffer(c.request.body)};
    first_byte(c.request, ".before");
    while (left[0].size() + left[1].size() > 0) {
        // The clock counts, not the alarm alone: it rings only between two turns of the loop.
        if (c.bell->rung() || std::chrono::steady_clock::now() >= c.deadline) {
            co_return failure{failure_kind::unavailable, "send: timed out"};
        }
        if (c.over->is_tls()) {
            // A failed TLS write does not tell how much of it went out.
            c.done.reached = progress::sent;
        }
        const auto written = co_await c.over->write_some(left);
        if (written.bytes > 0) {
            c.done.reached = progress::sent;
            first_byte(c.request, ".after");
        }
        const auto of_first = std::min(written.bytes, left[0].size());
        left[0] += of_first;
        left[1] += written.bytes - of_first;
        if (written.ec) {
            co_return wire_failure("send", written.ec, *c.bell);
        }
    }
    // Waiting for the answer may take minutes; the request is not needed for it.
    release(c.request.body);
    release(c.head);
    co_return std::nullopt;
}

awaitable<result<response>> pooled_client::read(call& c) {
    boost::beast::flat_buffer buffer;
    const auto reader = co_await read_final(c, buffer);
    if (!reader) {
        co_return reader.error();
    }
    c.done.reached = progress::answered;
    c.bell->clear();
    // The body still unsent (an early answer) or bytes unasked for: not a connection to keep.
    const bool whole_request = c.head.empty();
    if (whole_request && buffer.size() == 0 && (*reader)->keeps_connection() && !c.bell->rung()) {
        pool_.put(origin_of(c.request.to), std::move(c.over));
    }
    co_return (*reader)->take();
}

awaitable<result<std::unique_ptr<response_reader>>>
pooled_client::read_final(call& c, boost::beast::flat_buffer& buffer) {
    const response_reader::limits limits{
        options_.max_response_header_bytes, c.request.max_body_bytes
    };
    const bool to_head = c.request.method == "HEAD";
    auto reader = std::make_unique<response_reader>(limits, to_head);
    int interim = 0;
    while (true) {
        const auto got = co_await c.over->read_some(buffer.prepare(read_bytes));
        buffer.commit(got.bytes);
        if (c.bell->rung()) {
            co_return wire_failure("receive", {}, *c.bell);
        }
        if (got.ec == asio::error::eof) {
            if (auto cut = reader->end_of_stream()) {
                co_return std::move(*cut);
            }
            co_return std::move(reader);
        }
        if (got.ec) {
            co_return wire_failure("receive", got.ec, *c.bell);
        }
        while (buffer.size() > 0) {
            const auto* start = static_cast<const char*>(buffer.data().data());
            const auto used = reader->feed({start, buffer.size()});
            if (!used) {
                co_return used.error();
            }
            buffer.consume(*used);
            if (!reader->is_complete()) {
                break;
            }
            if (!reader->is_interim()) {
                co_return std::move(reader);
            }
            if (reader->is_upgrade() || ++interim > max_interim_answers) {
                co_return failure{failure_kind::corrupt, "the answer's 1xx cannot be understood"};
            }
            reader = std::make_unique<response_reader>(limits, to_head);
        }
    }
}

} // namespace

result<std::unique_ptr<client>> client::create(executor on, client_options options) {
    tls_context tls;
    if (!options.ca_file.empty()) {
        auto made = make_tls(options.ca_file);
        if (!made) {
            return made.error();
        }
        tls = std::move(*made);
    }
    return std::unique_ptr<client>(
        std::make_unique<pooled_client>(on, std::move(options), std::move(tls))
    );
}

} // namespace imagined::http
