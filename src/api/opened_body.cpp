#include "opened_body.hpp"

#include "answers.hpp"
#include "body_form.hpp"
#include "imagined/base/bytes.hpp"

namespace imagined::api {

namespace {

// Above this, reading takes longer than handing it over and back.
constexpr std::size_t max_inline_bytes = 64 * std::size_t{1024};

opened_body from_parsed(std::variant<json_body, body_error> parsed, task::language in) {
    opened_body opened;
    if (auto* wrong = std::get_if<body_error>(&parsed)) {
        opened.refused = wrong->status == 200 ? refusal(code::bad_request, wrong->why, in)
                                              : problem(wrong->status, wrong->why, in);
    } else {
        opened.fields = std::move(std::get<json_body>(parsed));
    }
    return opened;
}

struct read_text {
    std::variant<json_body, body_error> parsed;
    std::string digest; // if wanted
};

std::variant<json_body, body_error> parse(const http::request& from) {
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

} // namespace

awaitable<opened_body> open_body(context& api, call& from, body_text then) {
    if (from.request.body.size() <= max_inline_bytes) {
        opened_body opened = from_parsed(parse(from.request), from.lang);
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
    opened_body opened;
    if (!ran) {
        opened.refused = from_failure(ran.error(), "read a body", from.lang);
        co_return opened;
    }
    opened = from_parsed(std::move(ran->parsed), from.lang);
    opened.large = true;
    opened.grave = api.parts.pool.dead();
    weigh(from.request, opened.fields);
    if (digested) {
        from.body_digest = std::move(ran->digest);
    }
    if (then == body_text::let_go) {
        from.request.body = std::string();
    }
    co_return opened;
}

std::string fingerprint(const call& from) {
    const std::string digest =
        from.body_digest.empty() ? sha256_hex(from.request.body) : from.body_digest;
    return sha256_hex(from.request.path + '\n' + digest);
}

} // namespace imagined::api
