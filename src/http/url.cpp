#include "imagined/http/url.hpp"

#include "address_encoding.hpp"
#include "grammar.hpp"

#include "imagined/base/text.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>

namespace imagined::http {

namespace {

constexpr std::size_t max_url_bytes = 4096;
constexpr std::size_t max_host_bytes = 253;
constexpr std::size_t max_label_bytes = 63;

failure refused(std::string_view why) {
    return {failure_kind::invalid, "the URL " + std::string(why)};
}

// What inet_aton would read as a number: "127", "0x7f", "0X". A host whose last label is one is an
// IPv4 address to some resolvers, so it must be one in the canonical spelling or nothing.
bool is_numeric_label(std::string_view label) {
    if (is_decimal(label)) {
        return true;
    }
    return label.size() >= 2 && label[0] == '0' && to_lower(label[1]) == 'x'
           && (label.size() == 2 || is_hex(label.substr(2)));
}

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= max_label_bytes && label.front() != '-'
           && label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
                  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
              });
}

bool is_name(std::string_view host) {
    if (host.size() > max_host_bytes) {
        return false;
    }
    while (true) {
        const auto dot = host.find('.');
        if (!is_label(host.substr(0, dot))) {
            return false;
        }
        if (dot == std::string_view::npos) {
            return true;
        }
        host.remove_prefix(dot + 1);
    }
}

// A registered name or an IPv4 address.
result<std::string> read_name(std::string_view raw) {
    auto host = to_lower(raw);
    if (host.ends_with('.')) {
        host.pop_back();
    }
    if (host.empty()) {
        return refused("has no host");
    }
    if (is_numeric_label(std::string_view(host).substr(host.rfind('.') + 1))) {
        boost::system::error_code ec;
        const auto address = boost::asio::ip::make_address_v4(host, ec);
        if (ec || address.to_string() != host) {
            return refused("has a numeric host that is not a plain IPv4 address");
        }
        return host;
    }
    if (!is_name(host)) {
        return refused("has a malformed host name");
    }
    return host;
}

// `text` is the inside of the brackets.
result<std::string> read_v6(std::string_view text) {
    boost::system::error_code ec;
    const auto address = boost::asio::ip::make_address_v6(text, ec);
    if (ec || address.scope_id() != 0 || text.find('%') != std::string_view::npos) {
        return refused("has a malformed IPv6 address");
    }
    return address.to_string();
}

// `text` is what follows the host: nothing, or a colon and digits.
result<std::uint16_t> read_port(std::string_view text, bool tls) {
    if (text.empty()) {
        return static_cast<std::uint16_t>(tls ? 443 : 80);
    }
    const auto number = parse_decimal(text.substr(1));
    if (text.front() != ':' || !number || *number == 0 || *number > 65535) {
        return refused("has a bad port");
    }
    return static_cast<std::uint16_t>(*number);
}

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
}

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x80;
    });
}

// The authority of a URL with its host in ASCII.
result<std::string> encoded_authority(std::string_view authority) {
    if (authority.find(' ') != std::string_view::npos) {
        return refused("has a space in its host");
    }
    if (is_ascii(authority)) {
        return std::string(authority);
    }
    const auto colon = std::min(authority.rfind(':'), authority.size());
    auto name = registered_name(authority.substr(0, colon));
    return name ? *name + std::string(authority.substr(colon)) : name;
}

} // namespace

std::string url::authority() const {
    std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
    if (port != (tls ? 443 : 80)) {
        text += ":" + std::to_string(port);
    }
    return text;
}

std::string url::text() const {
    return (tls ? "https://" : "http://") + authority() + target;
}

result<url> parse_url(std::string_view text) {
    if (text.size() > max_url_bytes) {
        return refused("is longer than 4096 bytes");
    }
    if (has_control(text)) {
        return refused("has a control character");
    }
    const auto colon = text.find(':');
    const auto scheme = to_lower(text.substr(0, colon));
    if (colon == std::string_view::npos || (scheme != "http" && scheme != "https")) {
        return refused("is neither http nor https");
    }
    auto rest = text.substr(colon + 1);
    if (!rest.starts_with("//")) {
        return refused("has no host");
    }
    rest.remove_prefix(2);
    rest = rest.substr(0, rest.find('#'));
    const auto written = rest.substr(0, rest.find_first_of("/?"));
    const auto encoded = encoded_authority(written);
    if (!encoded) {
        return encoded.error();
    }
    const std::string target = encoded_target(rest.substr(written.size()));
    // Boost decides whether it is a URL at all, but only of what has an authority: an assertion of
    // Boost.URL 1.81 fails at "http:^". The parts are cut here, because it ends the host of
    // "http://1.2.3.4.example/" after "1.2.3.4".
    const std::string whole = scheme + "://" + *encoded + target;
    if (!boost::urls::parse_uri({whole.data(), whole.size()})) {
        return refused("is malformed");
    }
    const std::string_view authority = *encoded;
    if (authority.find('@') != std::string_view::npos) {
        return refused("carries a user name or password");
    }
    url read;
    read.tls = scheme == "https";
    const bool bracketed = authority.starts_with('[');
    const auto host_end = bracketed ? authority.find(']') + 1 : authority.find(':');
    const auto host_text = authority.substr(0, host_end);
    const auto port_text = authority.substr(std::min(host_end, authority.size()));
    auto host =
        bracketed ? read_v6(host_text.substr(1, host_text.size() - 2)) : read_name(host_text);
    if (!host) {
        return host.error();
    }
    const auto port = read_port(port_text, read.tls);
    if (!port) {
        return port.error();
    }
    read.host = std::move(*host);
    read.port = *port;
    read.target = target.starts_with('/') ? target : "/" + target;
    return read;
}

} // namespace imagined::http
