#include "door/authentication.hpp"

#include "imagined/base/bytes.hpp"

namespace imagined::api {

namespace {

constexpr std::string_view hashed_prefix = "sha256:";
constexpr std::string_view bearer = "Bearer ";
constexpr std::size_t digest_bytes = 32;

int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// Empty unless `text` is exactly the hex form of a digest.
std::string from_hex(std::string_view text) {
    std::string bytes;
    if (text.size() != digest_bytes * 2) {
        return bytes;
    }
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hex_digit(text[i]);
        const int low = hex_digit(text[i + 1]);
        if (high < 0 || low < 0) {
            return {};
        }
        bytes += static_cast<char>(high * 16 + low);
    }
    return bytes;
}

std::string digest_of(std::string_view configured) {
    if (configured.starts_with(hashed_prefix)) {
        return from_hex(configured.substr(hashed_prefix.size()));
    }
    return configured.empty() ? std::string{} : sha256(configured);
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
        text.remove_prefix(1);
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
        text.remove_suffix(1);
    }
    return text;
}

} // namespace

key_ring::key_ring(const api_options& options) {
    for (const std::string& key : options.api_keys) {
        add(key, identity{"", true}, options.link_key);
    }
    for (const caller_options& caller : options.callers) {
        add(caller.key, identity{caller.name, caller.sees_all}, options.link_key);
    }
}

void key_ring::add(std::string_view key, identity who, std::string_view secret) {
    std::string digest = digest_of(key);
    session_signer signer(secret, digest);
    keys_.push_back({std::move(digest), std::move(who), std::move(signer)});
}

const key_ring::entry* key_ring::find(std::string_view key) const {
    if (key.empty()) {
        return nullptr;
    }
    const std::string digest = sha256(key);
    const entry* found = nullptr;
    for (const entry& known : keys_) {
        const bool same = equal_in_constant_time(known.digest, digest);
        // No early way out: the time must not tell which key it was.
        found = same && found == nullptr ? &known : found;
    }
    return found;
}

std::optional<identity> key_ring::identify_session(const http::request_head& head) const {
    const auto token = session_token(head.headers);
    if (token.empty() || !may_use_session(head)) {
        return std::nullopt;
    }
    const unix_millis now = system_clock().now();
    for (const entry& known : keys_) {
        if (known.signer.signed_this(token, now)) {
            return known.who;
        }
    }
    return std::nullopt;
}

std::optional<std::string> key_ring::open_session(std::string_view key, unix_millis expires) const {
    const entry* found = find(trimmed(key));
    return found == nullptr ? std::nullopt : found->signer.sign(expires);
}

std::optional<identity> key_ring::identify(const http::fields& headers) const {
    if (open()) {
        return identity{"", true};
    }
    for (const auto& [name, value] : headers) {
        const entry* found = nullptr;
        if (http::iequals(name, "mj-api-secret") || http::iequals(name, "api-key")) {
            found = find(trimmed(value));
        } else if (http::iequals(name, "authorization")) {
            const auto raw = trimmed(value);
            const bool with_scheme = http::iequals(raw.substr(0, bearer.size()), bearer);
            found = with_scheme ? find(trimmed(raw.substr(bearer.size()))) : find(raw);
        }
        if (found != nullptr) {
            return found->who;
        }
    }
    return std::nullopt;
}

} // namespace imagined::api
