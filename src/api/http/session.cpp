#include "http/session.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/base/text.hpp"

#include <charconv>

namespace imagined::api {

namespace {

constexpr std::string_view purpose = "imagined console session";
constexpr std::size_t random_bytes = 8;
constexpr std::size_t name_digits = 32;

std::string signature(std::string_view key, std::string_view expires) {
    return to_hex(hmac_sha256(key, expires));
}

// "127.0.0.1:8080" of "http://127.0.0.1:8080".
std::string_view host_of(std::string_view origin) {
    const auto scheme = origin.find("://");
    return scheme == std::string_view::npos ? std::string_view{} : origin.substr(scheme + 3);
}

} // namespace

session_signer::session_signer(std::string_view secret, std::string_view key_digest) {
    if (!secret.empty() && !key_digest.empty()) {
        key_ = hmac_sha256(secret, std::string(purpose).append(key_digest));
        group_ = signature(key_, purpose).substr(0, name_digits);
    }
}

std::string_view session_cookie(std::string_view public_url) {
    return public_url.starts_with("https://") ? "__Host-imagined_session" : "imagined_session";
}

std::optional<std::string> session_signer::sign(unix_millis expires) const {
    if (key_.empty()) {
        return std::nullopt;
    }
    const std::string claim = std::to_string(expires) + '-' + random_hex(random_bytes);
    return claim + '-' + signature(key_, claim);
}

std::optional<queue::session>
session_signer::signed_this(std::string_view token, unix_millis now) const {
    const auto last = token.rfind('-');
    if (key_.empty() || last == std::string_view::npos) {
        return std::nullopt;
    }
    // Sessions of the version before have nothing random in their claim.
    const std::string_view claim = token.substr(0, last);
    const std::string_view until = claim.substr(0, claim.find('-'));
    unix_millis expires = 0;
    const auto read = std::from_chars(until.data(), until.data() + until.size(), expires);
    const bool whole = read.ec == std::errc{} && read.ptr == until.data() + until.size();
    if (!whole || expires <= now
        || !equal_in_constant_time(token.substr(last + 1), signature(key_, claim))) {
        return std::nullopt;
    }
    return queue::session{group_, sha256_hex(claim).substr(0, name_digits), expires};
}

std::string_view session_token(const http::fields& headers, std::string_view cookie) {
    std::string_view cookies = headers.get("Cookie");
    while (!cookies.empty()) {
        const auto end = std::min(cookies.find(';'), cookies.size());
        const std::string_view one = trim(cookies.substr(0, end), " ");
        const auto equals = one.find('=');
        if (equals != std::string_view::npos && one.substr(0, equals) == cookie) {
            return one.substr(equals + 1);
        }
        cookies.remove_prefix(std::min(end + 1, cookies.size()));
    }
    return {};
}

bool may_use_session(const http::request_head& head) {
    if (head.method == "GET" || head.method == "HEAD") {
        return true;
    }
    const auto site = head.headers.get("Sec-Fetch-Site");
    if (!site.empty()) {
        return site == "same-origin";
    }
    // Browsers name the site only over https and on this machine; an Origin they always send.
    const auto origin = host_of(head.headers.get("Origin"));
    return !origin.empty() && origin == head.headers.get("Host");
}

bool from_another_site(const http::fields& headers) {
    const auto site = headers.get("Sec-Fetch-Site");
    if (!site.empty()) {
        return site != "same-origin" && site != "none";
    }
    const auto origin = headers.get("Origin");
    return !origin.empty() && host_of(origin) != headers.get("Host");
}

} // namespace imagined::api
