// An HTTP/1.1 client on Asio: pooled keep-alive connections per (scheme, host, port), TLS with peer
// and host name verification (once: later connections resume what the peer offered then, for as
// long as it lets them), a deadline on every phase, a cap on what is read. It never retries and
// never follows a redirect by itself: who pays for a request decides about repeating it.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/http/egress.hpp"
#include "imagined/http/message.hpp"
#include "imagined/http/proxy.hpp"
#include "imagined/http/url.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace imagined::http {

struct client_options {
    std::size_t max_idle_per_host = 256;
    seconds idle_lifetime{30};
    milliseconds resolve_deadline{5000};
    milliseconds connect_deadline{10000}; // TCP and TLS together
    std::string ca_file;                  // extra trust anchors, beside the system's
    // Through a proxy nothing is looked up here, and a target is judged by what its address says
    // alone (egress_policy::may_permit). A proxy that does not answer, or says no, is `unavailable`
    // with nothing sent.
    way_out out;
    std::size_t max_response_header_bytes = std::size_t{64} * 1024;
};

struct outgoing {
    std::string method = "GET";
    url to;
    fields headers; // Host, Content-Length and Connection are the client's business
    std::string body;
    milliseconds deadline{30000};                          // whole exchange, resolve included
    std::size_t max_body_bytes = std::size_t{1024} * 1024; // of the answer
    const egress_policy* egress = nullptr; // nullptr: trusted; must outlive the call
    bool fresh_connection = false;         // do not use a pooled one
    // Only the status counts, and the header fields where they can be read: whatever the answer's
    // body or form, it has come with its status line. Its rest is read for a moment, so that the
    // connection may be kept.
    bool status_only = false;
};

// How far an exchange got: whether the peer can have acted on it.
enum class progress {
    not_sent, // no byte of the request was written: it surely did not start
    sent,     // some byte was written; the peer may have acted
    answered, // a complete response was read
};

struct exchange {
    progress reached = progress::not_sent;
    // On failure: `unavailable` (resolve, connect, TLS, time-out, cut), `rejected` (egress policy),
    // `corrupt` (not HTTP, or a header beyond its limit), `throttled` (answer longer than
    // max_body_bytes, or too many look-ups waiting), `invalid` (a header or target that would break
    // out of its line), `cancelled`.
    result<response> outcome = failure{};
};

// A request that is out, and its answer still to come. Dropping it drops the connection.
class unanswered {
public:
    virtual ~unanswered() = default;

    // Calls `ready` once, at a later turn of the loop, when end() need not wait for the answer to
    // begin: it is coming, its time is up, or there will be none. Never once this object is gone.
    // For who waits long: a coroutine in end() keeps its frames, and its callers' frames,
    // meanwhile.
    virtual void when_ready(std::function<void()> ready) = 0;

    // Receives the answer; at most once, before or after `ready`. As send() ends.
    virtual awaitable<exchange> end() = 0;
};

class client {
public:
    // `on` must outlive the client. Fails with `invalid` when ca_file cannot be read.
    static result<std::unique_ptr<client>> create(executor on, client_options options);

    virtual ~client() = default;

    // Runs one exchange. Never throws for network trouble. A pooled connection that the peer closed
    // before any byte of the request was written is replaced by a fresh one (that is not a retry);
    // once a byte was written it is `sent`. With cancellation the connection is dropped. An answer
    // that comes before the whole request was taken counts as the answer.
    virtual awaitable<exchange> send(outgoing request) = 0;

    virtual std::size_t idle_connections() const = 0;

    // The first half of send(): ends when the request is written, or has failed. The client must
    // outlive what it returns, which is never nullptr.
    virtual awaitable<std::shared_ptr<unanswered>> begin(outgoing request) = 0;
};

} // namespace imagined::http
