#include "listen.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <charconv>

namespace imagined::config {

namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    const bool whole = stop == text.data() + text.size();
    return error == std::errc{} && whole ? std::optional(port) : std::nullopt;
}

// The host as an address literal; "" if it is not one.
std::string literal_of(std::string_view host) {
    if (host.empty() || host == "*") {
        return "0.0.0.0";
    }
    if (host == "localhost") {
        return "127.0.0.1";
    }
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    if (bracketed) {
        host = host.substr(1, host.size() - 2);
    }
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    // Without brackets the last group of "::1:80" could be a port.
    if (error || address.is_v6() != bracketed) {
        return "";
    }
    return address.to_string();
}

} // namespace

std::string listen::text() const {
    const bool v6 = host.find(':') != std::string::npos;
    return v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

std::optional<listen> parse_listen(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    const auto port = parse_port(text.substr(colon + 1));
    const std::string host = literal_of(text.substr(0, colon));
    if (!port || host.empty()) {
        return std::nullopt;
    }
    const auto address = boost::asio::ip::make_address(host);
    return listen{
        .host = host,
        .port = *port,
        .wildcard = address.is_unspecified(),
        .loopback = address.is_loopback()
    };
}

} // namespace imagined::config
