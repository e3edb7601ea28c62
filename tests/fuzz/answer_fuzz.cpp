// Answers of upstreams, read by each dialect: whatever comes, its meaning is one of four, and money
// that may have been spent is never spent again. The first three bytes choose dialect, operation
// and status; then one line of Retry-After, and the body.
#include "expect.hpp"

#include "imagined/backend/dialect.hpp"
#include "imagined/base/bytes.hpp"

#include <array>
#include <cstdint>

namespace imagined::test {

namespace {

constexpr std::array statuses{200, 201, 204, 302, 400, 401, 402, 403, 404, 408,
                              409, 413, 415, 422, 429, 500, 502, 503, 504, 529};

void check_refusal(int status, const backend::outcome& told) {
    expect(!told.answer, "no answer unless answered");
    expect(!told.reason.zh.empty() && !told.reason.en.empty(), "a reason in both languages");
    // A redirect too: base_url points at the wrong place, and nobody follows it.
    const bool elsewhere = status / 100 == 3 || status == 401 || status == 402 || status == 403
                           || status == 404 || status == 429 || status == 503;
    expect(
        elsewhere || told.what != backend::verdict::not_started,
        "only what surely did not start is tried elsewhere",
        told.detail
    );
    expect(
        status < 200 || status > 299 || told.what != backend::verdict::refused,
        "a paid answer is not a refusal",
        told.detail
    );
}

void check_answered(const backend::answer& answer, std::string_view body) {
    expect(answer.raw == body, "the raw body is kept");
    const auto again = backend::answer_from_text(backend::to_text(answer));
    expect(again.has_value(), "what is recorded can be read", body);
    expect(again->pictures.size() == answer.pictures.size(), "with all its pictures", body);
    for (std::size_t i = 0; i < answer.pictures.size(); ++i) {
        expect(again->pictures[i].url == answer.pictures[i].url || !is_utf8(body), "at their URLs");
    }
}

void check(std::string_view bytes) {
    input from(bytes);
    const auto names = backend::dialect_names();
    const auto& dialect = *backend::find_dialect(names[from.byte() % names.size()]);
    task::render_request request;
    request.what = task::all_operations[from.byte() % task::all_operations.size()];
    http::response response;
    response.status = statuses[from.byte() % statuses.size()];
    const auto after = from.line();
    if (!after.empty()) {
        response.headers.set("Retry-After", std::string(after));
    }
    response.body = std::string(from.rest());
    const auto told = dialect.decode(request, response);
    expect(
        !told.retry_after || (told.retry_after->count() >= 0 && told.retry_after->count() <= 86400),
        "a pause of at most a day"
    );
    if (told.what == backend::verdict::answered) {
        expect(told.answer.has_value(), "an answer when answered");
        check_answered(*told.answer, from.rest());
    } else {
        check_refusal(response.status, told);
    }
}

} // namespace

} // namespace imagined::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    imagined::test::check({reinterpret_cast<const char*>(data), size});
    return 0;
}
