#include "http/cors.hpp"

#include <algorithm>

namespace imagined::api {

namespace {

constexpr std::string_view methods = "GET, HEAD, POST, PATCH, DELETE, OPTIONS";
// What the known clients send (mj-api.md §1).
constexpr std::string_view known_headers =
    "content-type, authorization, mj-api-secret, x-ptoken, x-requested-with, idempotency-key, "
    "api-key, accept-language, if-none-match, range, prefer, last-event-id";
constexpr std::string_view exposed_headers =
    "ETag, Retry-After, Content-Range, Accept-Ranges, Idempotent-Replayed, Imagined-Task-Id, "
    "Location, Mcp-Session-Id, Preference-Applied, RateLimit, RateLimit-Policy, X-Should-Retry";
constexpr std::string_view max_age_seconds = "86400";
constexpr std::size_t max_echoed_bytes = 1024;

// Only header names and their separators may be repeated into a header of ours.
bool is_header_list(std::string_view text) {
    return !text.empty() && text.size() <= max_echoed_bytes
           && std::all_of(text.begin(), text.end(), [](char c) {
                  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
                         || c == '-' || c == '_' || c == ',' || c == ' ';
              });
}

} // namespace

cors_policy::cors_policy(const api_options& options) : origins_(options.cors_origins) {
    if (options.api_keys.empty() && options.callers.empty()) {
        open_.emplace(options.public_url, options.cors_origins);
    } else {
        everyone_ = std::find(origins_.begin(), origins_.end(), "*") != origins_.end();
    }
}

bool cors_policy::knows(std::string_view origin) const {
    return open_ ? open_->knows_origin(origin)
                 : std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
}

void cors_policy::mark(http::response& answer, std::string_view origin) const {
    if (everyone_) {
        answer.headers.set("Access-Control-Allow-Origin", "*");
    } else {
        answer.headers.add("Vary", "Origin");
        if (!knows(origin)) {
            return;
        }
        answer.headers.set("Access-Control-Allow-Origin", origin);
    }
    answer.headers.set("Access-Control-Expose-Headers", exposed_headers);
}

http::response cors_policy::preflight(const http::fields& asked) const {
    http::response answer;
    answer.status = 204;
    std::string allowed(known_headers);
    const auto wanted = asked.get("Access-Control-Request-Headers");
    if (is_header_list(wanted)) {
        allowed.append(", ").append(wanted);
    }
    answer.headers.set("Access-Control-Allow-Methods", methods);
    answer.headers.set("Access-Control-Allow-Headers", allowed);
    answer.headers.set("Access-Control-Max-Age", max_age_seconds);
    answer.headers.set("Allow", methods);
    return answer;
}

} // namespace imagined::api
