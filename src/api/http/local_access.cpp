#include "http/local_access.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace imagined::api {

namespace {

constexpr std::string_view separator = "://";

bool is_loopback(const std::string& host) {
    boost::system::error_code ec;
    const auto address = boost::asio::ip::make_address(host, ec);
    if (ec) {
        return host == "localhost";
    }
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        using boost::asio::ip::make_address_v4;
        return make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).is_loopback();
    }
    return address.is_loopback();
}

// `text` must be scheme, host and port, and nothing more.
std::optional<http::url> read_origin(const std::string& text) {
    const auto authority = text.find(separator);
    // Browsers write both in plain ASCII; what else might be read as a host of ours is none.
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
        return c > ' ' && c < '\x7f' && c != '%';
    });
    if (!plain || authority == std::string::npos
        || text.find_first_of("/?#\\@", authority + separator.size()) != std::string::npos) {
        return std::nullopt;
    }
    auto read = http::parse_url(text);
    return read ? std::optional(std::move(*read)) : std::nullopt;
}

// Of a target in absolute form, which counts before Host (RFC 9112 §3.2.2); "" of any other.
std::string_view authority_of(std::string_view target) {
    const auto scheme = target.find(separator);
    if (target.empty() || target.front() == '/' || scheme == std::string_view::npos) {
        return {};
    }
    target.remove_prefix(scheme + separator.size());
    return target.substr(0, target.find_first_of("/?#"));
}

bool says(const http::request_head& head, std::string_view field, std::string_view word) {
    return http::iequals(head.headers.get(field), word);
}

// What a page may always do with an address: lead there, and show the picture that stands there.
// Neither lets it read anything.
bool is_harmless(const http::request_head& head) {
    const bool leads = head.method == "GET" && says(head, "Sec-Fetch-Mode", "navigate");
    const bool shows =
        (head.method == "GET" || head.method == "HEAD") && says(head, "Sec-Fetch-Dest", "image");
    return leads || shows;
}

} // namespace

local_access::local_access(std::string_view public_url, std::vector<std::string> origins)
    : origins_(std::move(origins)) {
    if (auto read = http::parse_url(public_url)) {
        public_url_ = std::move(*read);
    }
}

bool local_access::knows_host(std::string_view authority) const {
    const bool tls = public_url_ && public_url_->tls; // whose port needs no saying
    const auto named =
        read_origin(std::string(tls ? "https" : "http").append(separator).append(authority));
    if (!named) {
        return false;
    }
    return is_loopback(named->host)
           || (public_url_ && named->host == public_url_->host && named->port == public_url_->port);
}

bool local_access::knows_origin(std::string_view origin) const {
    if (std::find(origins_.begin(), origins_.end(), origin) != origins_.end()) {
        return origin != "*" && origin != "null";
    }
    const auto named = read_origin(std::string(origin));
    if (!named) {
        return false;
    }
    return is_loopback(named->host)
           || (public_url_ && named->tls == public_url_->tls && named->host == public_url_->host
               && named->port == public_url_->port);
}

local_access::verdict local_access::judge(const http::request_head& head) const {
    if (head.path == "/healthz" || head.path == "/readyz") {
        return verdict::welcome;
    }
    // Only HTTP/1.0 may leave Host out; the server sees to that.
    if (head.headers.has("Host") && !knows_host(head.headers.get("Host"))) {
        return verdict::misdirected;
    }
    const auto authority = authority_of(head.target);
    if (!authority.empty() && !knows_host(authority)) {
        return verdict::misdirected;
    }
    bool named = false;
    for (const auto& [name, origin] : head.headers) {
        if (http::iequals(name, "Origin")) {
            named = true;
            if (!knows_origin(origin)) {
                return verdict::foreign;
            }
        }
    }
    const bool across = !named && says(head, "Sec-Fetch-Site", "cross-site");
    return across && !is_harmless(head) ? verdict::foreign : verdict::welcome;
}

} // namespace imagined::api
