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
        keys_.push_back({digest_of(key), identity{"", true}});
    }
    for (const caller_options& caller : options.callers) {
        keys_.push_back({digest_of(caller.key), identity{caller.name, caller.sees_all}});
    }
}

const identity* key_ring::find(std::string_view key) const {
    if (key.empty()) {
        return nullptr;
    }
    const std::string digest = sha256(key);
    const identity* found = nullptr;
    for (const entry& known : keys_) {
        const bool same = equal_in_constant_time(known.digest, digest);
        // No early way out: the time must not tell which key it was.
        found = same && found == nullptr ? &known.who : found;
    }
    return found;
}

std::optional<identity> key_ring::identify(const http::fields& headers) const {
    if (open()) {
        return identity{"", true};
    }
    for (const auto& [name, value] : headers) {
        const identity* found = nullptr;
        if (http::iequals(name, "mj-api-secret") || http::iequals(name, "api-key")) {
            found = find(trimmed(value));
        } else if (http::iequals(name, "authorization")) {
            const auto raw = trimmed(value);
            const bool with_scheme = http::iequals(raw.substr(0, bearer.size()), bearer);
            found = with_scheme ? find(trimmed(raw.substr(bearer.size()))) : find(raw);
        }
        if (found != nullptr) {
            return *found;
        }
    }
    return std::nullopt;
}

} // namespace imagined::api
