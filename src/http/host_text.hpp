// Hosts as rules and settings spell them.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace imagined::http {

struct host_and_port {
    std::string_view host;
    std::uint16_t port = 0; // 0: none is named
};

// Splits "host", "host:port", "[v6]:port" and a bare v6 address; nullopt for a bad port.
std::optional<host_and_port> split_port(std::string_view text);

std::optional<boost::asio::ip::address> read_address(std::string_view text);

// An address and how many of its bits count: "10.0.0.0/8", and "10.1.2.3" with all of them.
struct network {
    boost::asio::ip::address start;
    unsigned prefix = 0;

    bool holds(const boost::asio::ip::address& address) const;
};

// nullopt unless it is a CIDR.
std::optional<network> read_network(std::string_view text);

// Lower case, without a dot at its end.
std::string normalised(std::string_view host);

// localhost, and what is below it.
bool is_localhost(std::string_view normalised_host);

} // namespace imagined::http
