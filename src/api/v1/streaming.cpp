#include "v1/streaming.hpp"

#include <charconv>

namespace imagined::api {

http::response event_stream(std::shared_ptr<http::body_stream> stream) {
    http::response answer;
    answer.headers.set("Content-Type", "text/event-stream; charset=utf-8");
    answer.headers.set("Cache-Control", "no-store");
    answer.headers.set("X-Accel-Buffering", "no");
    answer.body = std::move(stream);
    return answer;
}

std::optional<std::uint64_t> last_event_number(const http::request_head& asked) {
    const auto text = asked.headers.get("Last-Event-ID");
    std::uint64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = read.ec == std::errc{} && read.ptr == text.data() + text.size();
    return whole ? std::optional(number) : std::nullopt;
}

} // namespace imagined::api
