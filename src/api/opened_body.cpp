#include "opened_body.hpp"

#include "answers.hpp"
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

} // namespace

awaitable<opened_body> open_body(context& api, const call& from) {
    const std::string_view text = from.request.body;
    if (text.size() <= max_inline_bytes) {
        co_return from_parsed(json_body::parse(text), from.lang);
    }
    // `text` lives in the caller, which waits for this coroutine even if it is cancelled meanwhile:
    // the pool always completes.
    auto job = [text] { return json_body::parse(text); };
    auto ran = co_await api.parts.pool.run(std::move(job));
    if (!ran) {
        opened_body busy;
        busy.refused = from_failure(ran.error(), "read a body", from.lang);
        co_return busy;
    }
    co_return from_parsed(std::move(*ran), from.lang);
}

awaitable<result<std::string>> fingerprint(context& api, const call& from) {
    const std::string_view text = from.request.body;
    std::string body;
    if (text.size() <= max_inline_bytes) {
        body = sha256_hex(text);
    } else {
        auto job = [text] { return sha256_hex(text); };
        auto ran = co_await api.parts.pool.run(std::move(job));
        if (!ran) {
            co_return ran.error();
        }
        body = std::move(*ran);
    }
    co_return sha256_hex(from.request.path + '\n' + body);
}

} // namespace imagined::api
