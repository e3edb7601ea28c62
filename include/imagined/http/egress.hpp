// Whom this process may connect to on behalf of others. A callback target or a picture's address is
// somebody else's text, so it must not reach our own network (SSRF). The verdict is made on the
// *address that is connected to*, never on a name alone, so a name that changes its mind between
// look-up and connect (DNS rebinding) gains nothing.
#pragma once

#include "imagined/base/failure.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::http {

// True only for global unicast: not loopback, private, link-local, CGNAT, multicast, reserved,
// documentation, benchmarking, ULA, site-local; nor IPv6 that embeds IPv4 (mapped, NAT64, 6to4,
// Teredo), whatever it embeds.
bool is_public(const boost::asio::ip::address& address);

class egress_policy {
public:
    // Denies everything that is not public.
    egress_policy() = default;

    // Allows everything: for targets that the operator configured (backends, Redis).
    static egress_policy trusted();

    // Each rule is a CIDR ("10.0.0.0/8", "::1/128"), a host ("hooks.local") or host:port; without a
    // port all ports. A host that is an address literal ("127.0.0.1:9000", "[::1]:9000") permits
    // that address under any name. Fails with `invalid`, naming the rule.
    static result<egress_policy> parse(const std::vector<std::string>& rules);

    // Adds host:port as parsed from a configured URL.
    void allow(std::string_view host, std::uint16_t port);

    // May `host` (as the URL has it), once resolved to `address`, be connected to on `port`?
    bool permits(std::string_view host, const boost::asio::ip::address& address, std::uint16_t port)
        const;

    // The submit-time check, without a look-up: false when `host` is an address literal that is not
    // permitted, or "localhost" (or below it) without a rule. A name that would have to be resolved
    // is accepted; it is judged at connect time.
    bool may_permit(std::string_view host, std::uint16_t port) const;

private:
    struct rule {
        std::string host;                 // empty for a CIDR rule
        boost::asio::ip::address network; // CIDR rules
        unsigned prefix = 0;
        std::uint16_t port = 0; // 0: all
    };

    static rule rule_for(std::string_view host, std::uint16_t port);
    static std::optional<rule> read_rule(std::string_view text);

    bool everything_ = false;
    std::vector<rule> rules_;
};

} // namespace imagined::http
