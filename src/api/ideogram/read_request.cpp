#include "ideogram/read_request.hpp"

#include "answers/answers.hpp"
#include "context/opened_body.hpp"
#include "http/body_form.hpp"
#include "imagined/base/bytes.hpp"
#include "imagined/submit/json_mending.hpp"

#include <utility>
#include <variant>

namespace imagined::api {

namespace {

constexpr std::size_t max_inline_bytes = 64 * std::size_t{1024};

bool is_form(std::string_view content_type) {
    constexpr std::string_view form = "multipart/";
    return http::iequals(content_type.substr(0, form.size()), form);
}

refusal refuse_parameter(const backend::native_refusal& told) {
    task::bilingual why{"请求参数错误: " + told.why.zh, told.why.en};
    return told.what == backend::native_refusal::kind::unreadable
               ? refuse_with_status(400, std::move(why))
               : refuse(std::move(why));
}

using read_wish = std::variant<submit::native_wish, refusal>;

read_wish wish_of(backend::native_reading read, bool mended) {
    if (!read) {
        return refuse_parameter(read.error());
    }
    return submit::native_wish{std::move(*read), mended};
}

read_wish
read(const backend::native_question& asked, std::string_view content_type, std::string_view body) {
    if (is_form(content_type)) {
        return wish_of(backend::read_native(asked, content_type, body), false);
    }
    // JSON that nothing recursive may see, or that is no text: the reader itself trusts neither.
    auto parsed = json_body::parse(body);
    if (auto* flaw = std::get_if<refusal>(&parsed)) {
        return std::move(*flaw);
    }
    const auto mended = submit::mend_json(body);
    return wish_of(
        backend::read_native(asked, content_type, mended ? mended->text : body),
        mended && mended->lone_surrogates
    );
}

awaitable<result<read_wish>>
read_body(context& api, const call& from, backend::native_question asked) {
    const auto read_it = [asked, &request = from.request] {
        const auto translated = body_in_utf8(request);
        const std::string_view body = translated ? *translated : request.body;
        return read(asked, request.headers.get("Content-Type"), body);
    };
    if (from.request.body.size() <= max_inline_bytes) {
        co_return read_it();
    }
    // The pool always completes, and our caller keeps the body.
    auto job = read_it;
    co_return co_await api.parts.pool.run(std::move(job));
}

} // namespace

awaitable<outcome> submit_native_request(context& api, call& from, backend::native_question asked) {
    auto opened = co_await read_body(api, from, asked);
    if (!opened) {
        co_return failed(opened.error(), "read a body");
    }
    from.request.body = std::string();
    if (auto* refused = std::get_if<refusal>(&*opened)) {
        co_return std::move(*refused);
    }
    auto& wish = std::get<submit::native_wish>(*opened);
    submit::requester who = requester_of(from);
    if (!who.idempotency_key.empty()) {
        who.fingerprint = sha256_hex(from.request.path + '\n' + wish.read.digest);
    }
    co_return co_await submit::native(api.submits, std::move(who), std::move(wish));
}

} // namespace imagined::api
