#include "context/opened_body.hpp"

#include "http/body_form.hpp"
#include "imagined/base/bytes.hpp"
#include "imagined/task/trace.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace imagined::api {

namespace {

// Above this, reading takes longer than handing it over and back.
constexpr std::size_t max_inline_bytes = 64 * std::size_t{1024};

using parsed_body = std::variant<json_body, submit::refusal>;

opened_body from_parsed(parsed_body parsed) {
    opened_body opened;
    if (auto* refused = std::get_if<submit::refusal>(&parsed)) {
        opened.refused = std::move(*refused);
    } else {
        opened.fields = std::move(std::get<json_body>(parsed));
    }
    return opened;
}

struct read_text {
    parsed_body parsed;
    std::string digest; // if wanted
};

parsed_body parse(const http::request& from) {
    const auto translated = body_in_utf8(from);
    return json_body::parse(translated ? *translated : from.body);
}

// What is held of a body that was read: its tree, and its pictures twice for a while, as text and
// as bytes.
void weigh(http::request& of, const json_body& tree) {
    constexpr std::size_t bytes_a_value = 96; // a node of an object, with its name
    if (of.held) {
        const bool large = of.body.size() > max_inline_bytes;
        of.held->weigh(of.body.size() * (large ? 2 : 1) + tree.values() * bytes_a_value);
    }
}

// What tells two requests apart for an Idempotency-Key: a digest of path and body.
std::string fingerprint(const call& from) {
    const std::string digest =
        from.body_digest.empty() ? sha256_hex(from.request.body) : from.body_digest;
    return sha256_hex(from.request.path + '\n' + digest);
}

std::string read_traceparent(const http::fields& headers) {
    const auto is_it = [](const auto& entry) { return http::iequals(entry.name, "traceparent"); };
    const std::string_view named = headers.get("traceparent");
    const bool once = std::count_if(headers.begin(), headers.end(), is_it) == 1;
    return std::string(once && task::parse_traceparent(named) ? named : "");
}

} // namespace

awaitable<opened_body> open_body(context& api, call& from) {
    if (from.request.body.size() <= max_inline_bytes) {
        opened_body opened = from_parsed(parse(from.request));
        weigh(from.request, opened.fields);
        co_return opened;
    }
    const bool digested = from.body_digest.empty() && from.request.headers.has("Idempotency-Key");
    // The request lives in the caller, which waits for this coroutine even if it is cancelled
    // meanwhile: the pool always completes.
    auto job = [&request = std::as_const(from.request), digested] {
        return read_text{parse(request), digested ? sha256_hex(request.body) : ""};
    };
    auto ran = co_await api.parts.pool.run(std::move(job));
    if (!ran) {
        opened_body opened;
        opened.refused = submit::failed(ran.error(), "read a body");
        co_return opened;
    }
    opened_body opened = from_parsed(std::move(ran->parsed));
    opened.fields.bury_in(api.parts.pool.dead());
    weigh(from.request, opened.fields);
    if (digested) {
        from.body_digest = std::move(ran->digest);
    }
    from.request.body = std::string();
    co_return opened;
}

submit::requester requester_of(const call& from) {
    submit::requester made;
    made.who = from.who.scope();
    made.lang = from.lang;
    made.mode = from.mode;
    made.traceparent = read_traceparent(from.request.headers);
    made.idempotency_key = from.request.headers.get("Idempotency-Key");
    if (!made.idempotency_key.empty()) {
        made.fingerprint = fingerprint(from);
    }
    return made;
}

} // namespace imagined::api
