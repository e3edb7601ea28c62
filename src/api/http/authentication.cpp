#include "http/authentication.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/base/text.hpp"

#include <utility>

namespace imagined::api {

namespace {

constexpr std::string_view hashed_prefix = "sha256:";
constexpr std::string_view bearer = "Bearer ";
constexpr std::size_t digest_bytes = 32;
constexpr std::size_t most_keys = 4; // that a request may bring

std::string digest_of(std::string_view configured) {
    if (configured.starts_with(hashed_prefix)) {
        const auto digest = from_hex(configured.substr(hashed_prefix.size()));
        return digest && digest->size() == digest_bytes ? *digest : std::string{};
    }
    return configured.empty() ? std::string{} : sha256(configured);
}

} // namespace

key_ring::key_ring(const api_options& options)
    : cookie_(session_cookie(options.public_url)),
      open_(options.api_keys.empty() && options.callers.empty()) {
    for (const std::string& key : options.api_keys) {
        add(key, identity{.name = "", .sees_all = true}, options.link_key);
    }
    for (const caller_options& caller : options.callers) {
        identity who{
            .name = caller.name, .sees_all = caller.sees_all, .reads_only = caller.reads_only
        };
        add(caller.key, std::move(who), options.link_key, caller.expires);
    }
    for (const std::string& key : options.metrics_keys) {
        add(key, identity{.name = "", .only_metrics = true}, ""); // it opens no session
    }
}

void key_ring::add(
    std::string_view key, identity who, std::string_view secret, unix_millis expires
) {
    std::string digest = digest_of(key);
    session_signer signer(secret, digest);
    keys_.push_back({std::move(digest), std::move(who), std::move(signer), expires});
}

const key_ring::entry* key_ring::find(std::string_view key) const {
    if (key.empty()) {
        return nullptr;
    }
    const std::string digest = sha256(key);
    const unix_millis now = system_clock().now();
    const entry* found = nullptr;
    for (const entry& known : keys_) {
        const bool same = equal_in_constant_time(known.digest, digest) && !known.is_over(now);
        // No early way out: the time must not tell which key it was.
        found = same && found == nullptr ? &known : found;
    }
    return found;
}

std::optional<identity> key_ring::identify_session(const http::request_head& head) const {
    return may_use_session(head) ? session_of(head.headers) : std::nullopt;
}

std::optional<identity> key_ring::session_of(const http::fields& headers) const {
    const auto token = session_token(headers, cookie_);
    if (token.empty()) {
        return std::nullopt;
    }
    const unix_millis now = system_clock().now();
    for (const entry& known : keys_) {
        if (known.is_over(now)) {
            continue;
        }
        if (auto session = known.signer.signed_this(token, now)) {
            identity who = known.who;
            who.session = std::move(session);
            return who;
        }
    }
    return std::nullopt;
}

std::optional<std::string> key_ring::open_session(std::string_view key, unix_millis expires) const {
    const entry* found = find(trim(key));
    return found == nullptr ? std::nullopt : found->signer.sign(expires);
}

told_keys key_ring::identify(const http::fields& headers) const {
    told_keys told;
    if (open()) {
        told.who = identity{.name = "", .sees_all = true};
        return told;
    }
    for (const auto& [name, value] : headers) {
        std::string_view key;
        if (http::iequals(name, "mj-api-secret") || http::iequals(name, "api-key")) {
            key = trim(value);
        } else if (http::iequals(name, "authorization")) {
            key = trim(value);
            if (http::iequals(key.substr(0, bearer.size()), bearer)) {
                key = trim(key.substr(bearer.size()));
            }
        }
        if (key.empty()) {
            continue;
        }
        if (const entry* found = find(key)) {
            return {found->who, 0};
        }
        if (++told.wrong == most_keys) {
            break;
        }
    }
    return told;
}

} // namespace imagined::api
