#include "imagined/http/client.hpp"

#include "imagined/base/failpoint.hpp"

#include "alarm.hpp"
#include "name_resolver.hpp"
#include "pending_answer.hpp"
#include "request_writer.hpp"
#include "tunnel.hpp"
#include "wire.hpp"
#include "wire_pool.hpp"

#include <boost/asio/ssl/context.hpp>

#include <openssl/ssl.h>

#include <algorithm>
#include <array>

namespace imagined::http {

namespace {

using boost::system::error_code;
using time_point = alarm::time_point;

constexpr std::size_t slowest_download = 1024; // bytes a second, averaged over body_pace's window

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
    tls_session::keep_offers(tls->native_handle());
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

failure not_allowed(const url& to) {
    return {
        failure_kind::rejected, "connect to " + to.authority() + ": the address is not allowed"
    };
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
          clock_(on),
          pool_(on, {options_.max_idle_per_host, options_.idle_lifetime}) {}

    awaitable<exchange> send(outgoing request) override;
    awaitable<std::shared_ptr<unanswered>> begin(outgoing request) override;

    std::size_t idle_connections() const override { return pool_.size(); }

private:
    using step = std::optional<failure>; // nothing: go on

    // A request that is being sent.
    struct call {
        outgoing request;
        time_point deadline;
        const proxy* through = nullptr; // the proxy on the way
        std::string head;
        bool pooled = false;
        std::shared_ptr<pending_answer> kept; // what stays when it is sent
    };

    std::shared_ptr<pending_answer> expect(const outgoing& request, const proxy* through);
    awaitable<result<std::vector<asio::ip::address>>> find_peer(const call& c);
    awaitable<> send_out(call c);
    awaitable<step> write_to_peer(call& c);
    awaitable<step> connect(call& c);
    awaitable<step> connect_to(call& c, asio::ip::address address, time_point limit);
    awaitable<step> write(call& c);

    executor executor_;
    client_options options_;
    tls_context tls_; // nullptr: the system's, not yet asked for
    std::shared_ptr<session_cache> sessions_ = std::make_shared<session_cache>();
    name_resolver resolver_;
    alarm_clock clock_;
    wire_pool pool_;
};

// What a connection is good for: its origin, and the way there.
std::string origin_of(const url& to, const proxy* through) {
    const std::string origin = (to.tls ? "https://" : "http://") + to.authority();
    return through == nullptr ? origin : origin + " by " + through->text();
}

std::shared_ptr<pending_answer>
pooled_client::expect(const outgoing& request, const proxy* through) {
    pending_answer::expectations expected;
    expected.origin = origin_of(request.to, through);
    expected.through = request.to.tls ? nullptr : through;
    expected.limits = {options_.max_response_header_bytes, request.max_body_bytes};
    expected.to_head = request.method == "HEAD";
    expected.status_only = request.status_only;
    // What may be asked for again is given up when it only drips; an answer that was paid is not.
    expected.slowest.bytes_a_second = request.method == "GET" ? slowest_download : 0;
    return std::make_shared<pending_answer>(clock_, pool_, std::move(expected));
}

awaitable<std::shared_ptr<unanswered>> pooled_client::begin(outgoing request) {
    const auto deadline = std::chrono::steady_clock::now() + request.deadline;
    const auto* through = options_.out.to(request.to);
    auto kept = expect(request, through);
    co_await send_out({std::move(request), deadline, through, {}, false, kept});
    co_return kept;
}

awaitable<exchange> pooled_client::send(outgoing request) {
    const auto kept = co_await begin(std::move(request));
    co_return co_await kept->end();
}

// Connects and writes; what failed stands in what is kept.
awaitable<> pooled_client::send_out(call c) {
    auto& kept = *c.kept;
    auto failed = co_await write_to_peer(c);
    if (!failed) {
        kept.written = true;
        co_return;
    }
    // A peer that refuses a request early stops reading it; its answer may be there all the same.
    kept.hopeless = kept.reached == progress::not_sent || kept.is_late()
                    || failed->kind == failure_kind::cancelled;
    kept.broken = std::make_unique<failure>(std::move(*failed));
}

awaitable<pooled_client::step> pooled_client::write_to_peer(call& c) {
    const auto& to = c.request.to;
    auto head = write_request_head(c.request, to.tls ? nullptr : c.through);
    if (!head) {
        co_return head.error();
    }
    c.head = std::move(*head);
    const egress_policy* by_address = c.through == nullptr ? c.request.egress : nullptr;
    if (c.through != nullptr && c.request.egress != nullptr
        && !c.request.egress->may_permit(to.host, to.port)) {
        co_return not_allowed(to);
    }
    if (!c.request.fresh_connection) {
        auto idle = pool_.take(origin_of(to, c.through), to.host, by_address);
        c.pooled = idle != nullptr;
        if (c.pooled) {
            c.kept->use(std::move(idle), c.deadline);
        }
    }
    if (!c.pooled) {
        if (auto failed = co_await connect(c)) {
            co_return failed;
        }
    }
    auto failed = co_await write(c);
    const bool untouched = c.kept->reached == progress::not_sent;
    if (failed && untouched && c.pooled && failed->kind == failure_kind::unavailable
        && std::chrono::steady_clock::now() < c.deadline) {
        // The pooled connection was closed before a byte went out: a fresh one repeats nothing.
        c.kept->give_up();
        failed = co_await connect(c);
        if (!failed) {
            failed = co_await write(c);
        }
    }
    co_return failed;
}

// The addresses to connect to: of the proxy, or those of the target that are permitted.
awaitable<result<std::vector<asio::ip::address>>> pooled_client::find_peer(const call& c) {
    const auto& to = c.request.to;
    const auto& host = c.through == nullptr ? to.host : c.through->host;
    const auto resolve_limit = std::min(options_.resolve_deadline, until(c.deadline));
    auto found = co_await resolver_.resolve(host, resolve_limit);
    if (!found) {
        co_return c.through == nullptr ? found.error() : proxy_failure(*c.through, found.error());
    }
    if (c.through == nullptr && c.request.egress != nullptr) {
        std::erase_if(*found, [&](const auto& one) {
            return !c.request.egress->permits(to.host, one, to.port);
        });
    }
    if (found->empty()) {
        co_return not_allowed(to);
    }
    co_return found;
}

awaitable<pooled_client::step> pooled_client::connect(call& c) {
    const auto found = co_await find_peer(c);
    if (!found) {
        co_return found.error();
    }
    const auto& permitted = *found;
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
    auto fresh = std::make_unique<wire>(executor_);
    alarm bell(clock_);
    bell.set(limit, [w = fresh.get()] { w->close(); });
    const auto port = c.through == nullptr ? to.port : c.through->port;
    auto ec = co_await fresh->connect({address, port});
    if (ec || bell.rung()) {
        const bool direct = c.through == nullptr;
        auto failed =
            wire_failure(direct ? "connect to " + to.authority() : "connect", ec, bell.rung());
        co_return direct ? std::move(failed) : proxy_failure(*c.through, std::move(failed));
    }
    if (to.tls && c.through != nullptr) {
        auto refused = co_await open_tunnel(*fresh, to, *c.through);
        if (bell.rung()) {
            co_return proxy_failure(*c.through, wire_failure("CONNECT", {}, true));
        }
        if (refused) {
            co_return refused;
        }
    }
    if (to.tls) {
        fresh->secure(tls_->native_handle());
        ec = co_await fresh->handshake(to.host, to.port, sessions_);
        if (ec || bell.rung()) {
            co_return wire_failure("TLS with " + to.authority(), ec, bell.rung());
        }
    }
    c.kept->use(std::move(fresh), c.deadline);
    co_return std::nullopt;
}

awaitable<pooled_client::step> pooled_client::write(call& c) {
    auto& kept = *c.kept;
    std::array<asio::const_buffer, 2> left{asio::buffer(c.head), asio::buffer(c.request.body)};
    first_byte(c.request, ".before");
    while (left[0].size() + left[1].size() > 0) {
        // The clock counts, not the alarm alone: it rings only between two turns of the loop.
        if (kept.is_late() || std::chrono::steady_clock::now() >= c.deadline) {
            co_return failure{failure_kind::unavailable, "send: timed out"};
        }
        if (kept.over().is_tls()) {
            // A failed TLS write does not tell how much of it went out.
            kept.reached = progress::sent;
        }
        const auto written = co_await kept.over().write_some(left);
        if (written.bytes > 0) {
            kept.reached = progress::sent;
            first_byte(c.request, ".after");
        }
        const auto of_first = std::min(written.bytes, left[0].size());
        left[0] += of_first;
        left[1] += written.bytes - of_first;
        if (written.ec) {
            co_return kept.explain("send", written.ec);
        }
    }
    co_return std::nullopt;
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
