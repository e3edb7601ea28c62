#include "request_writer.hpp"

#include "grammar.hpp"

#include <algorithm>
#include <array>

namespace imagined::http {

namespace {

constexpr std::string_view user_agent = "imagined/0.1";

bool is_written_here(std::string_view name) {
    constexpr std::array<std::string_view, 7> ours{
        "Host",
        "Content-Length",
        "Connection",
        "Transfer-Encoding",
        "Expect",
        "Upgrade",
        "Proxy-Authorization"
    };
    return std::any_of(ours.begin(), ours.end(), [&](auto held) { return iequals(held, name); });
}

bool is_target(std::string_view text) {
    return text.starts_with('/')
           && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

bool is_host_field(std::string_view text) {
    return !text.empty()
           && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

// Methods whose requests have a body by their meaning: they say so even when it is empty.
bool announces_length(const outgoing& request) {
    return !request.body.empty() || request.method == "POST" || request.method == "PUT"
           || request.method == "PATCH";
}

} // namespace

result<std::string> write_request_head(const outgoing& request, const proxy* through) {
    if (!is_token(request.method) || !is_target(request.to.target)
        || !is_host_field(request.to.host)) {
        return failure{failure_kind::invalid, "the request line is malformed"};
    }
    const auto target = through == nullptr ? request.to.target : request.to.text();
    std::string head =
        request.method + " " + target + " HTTP/1.1\r\nHost: " + request.to.authority() + "\r\n";
    if (!request.headers.has("User-Agent")) {
        head.append("User-Agent: ").append(user_agent).append("\r\n");
    }
    if (through != nullptr && !through->authorization.empty()) {
        head.append("Proxy-Authorization: ").append(through->authorization).append("\r\n");
    }
    if (announces_length(request)) {
        head.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
    }
    for (const auto& [name, value] : request.headers) {
        // The value may be a secret, so the message names the field alone.
        if (!is_token(name) || !is_field_value(value)) {
            return failure{failure_kind::invalid, "a request header has a control character"};
        }
        if (!is_written_here(name)) {
            head.append(name).append(": ").append(value).append("\r\n");
        }
    }
    head += "\r\n";
    return head;
}

} // namespace imagined::http
