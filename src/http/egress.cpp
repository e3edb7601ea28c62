#include "imagined/http/egress.hpp"

#include "host_text.hpp"
#include "own_addresses.hpp"

#include <algorithm>
#include <array>

namespace imagined::http {

namespace {

using boost::asio::ip::address;
using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;

struct v4_block {
    std::uint32_t network;
    unsigned prefix;
};

constexpr std::uint32_t v4(unsigned a, unsigned b, unsigned c, unsigned d) {
    return a << 24 | b << 16 | c << 8 | d;
}

// IANA's special-purpose registry: whatever is not plain global unicast.
constexpr std::array<v4_block, 16> special_v4{{
    {v4(0, 0, 0, 0), 8},       // "this network"
    {v4(10, 0, 0, 0), 8},      // private
    {v4(100, 64, 0, 0), 10},   // CGNAT
    {v4(127, 0, 0, 0), 8},     // loopback
    {v4(169, 254, 0, 0), 16},  // link-local, cloud metadata
    {v4(172, 16, 0, 0), 12},   // private
    {v4(192, 0, 0, 0), 24},    // protocol assignments
    {v4(192, 0, 2, 0), 24},    // documentation
    {v4(192, 88, 99, 0), 24},  // 6to4 relays
    {v4(192, 168, 0, 0), 16},  // private
    {v4(198, 18, 0, 0), 15},   // benchmarking
    {v4(198, 51, 100, 0), 24}, // documentation
    {v4(203, 0, 113, 0), 24},  // documentation
    {v4(224, 0, 0, 0), 4},     // multicast
    {v4(240, 0, 0, 0), 4},     // reserved
    {v4(255, 255, 255, 255), 32},
}};

bool is_public_v4(const address_v4& a) {
    const std::uint32_t value = a.to_uint();
    return std::none_of(special_v4.begin(), special_v4.end(), [&](const v4_block& block) {
        return (value ^ block.network) >> (32 - block.prefix) == 0;
    });
}

struct v6_block {
    std::array<unsigned char, 4> start; // no block of ours is longer than 32 bits
    unsigned prefix;
};

// Only 2000::/3 is global unicast; these lie inside it. Mapped addresses, NAT64 (64:ff9b::/96 and
// 64:ff9b:1::/48), ULA, link-local, site-local and multicast lie outside it.
constexpr v6_block global_unicast{{0x20, 0x00, 0x00, 0x00}, 3};
constexpr std::array<v6_block, 4> special_v6{{
    {{0x20, 0x01, 0x00, 0x00}, 23}, // protocol assignments: Teredo, benchmarking, ORCHID
    {{0x20, 0x01, 0x0d, 0xb8}, 32}, // documentation
    {{0x20, 0x02, 0x00, 0x00}, 16}, // 6to4 embeds IPv4
    {{0x3f, 0xff, 0x00, 0x00}, 20}, // documentation
}};

// True if the first `prefix` bits are equal.
bool shares_prefix(const unsigned char* a, const unsigned char* b, unsigned prefix) {
    const unsigned bytes = prefix / 8;
    if (!std::equal(a, a + bytes, b)) {
        return false;
    }
    const unsigned rest = prefix % 8;
    return rest == 0 || ((a[bytes] ^ b[bytes]) >> (8 - rest)) == 0;
}

bool is_public_v6(const address_v6& a) {
    const auto bytes = a.to_bytes();
    const auto inside = [&](const v6_block& block) {
        return shares_prefix(bytes.data(), block.start.data(), block.prefix);
    };
    return inside(global_unicast) && std::none_of(special_v6.begin(), special_v6.end(), inside);
}

bool is_host_name(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    });
}

// Web servers listen on 80, 443 and above the ports that only root may take; a webhook on 25 would
// be mail sent in our name.
constexpr std::uint16_t first_free_port = 1024;

bool is_web_port(std::uint16_t port) {
    return port == 80 || port == 443 || port >= first_free_port;
}

} // namespace

bool is_public(const address& a) {
    return a.is_v4() ? is_public_v4(a.to_v4()) : is_public_v6(a.to_v6());
}

egress_policy egress_policy::trusted() {
    egress_policy policy;
    policy.everything_ = true;
    return policy;
}

result<egress_policy> egress_policy::parse(const std::vector<std::string>& rules) {
    egress_policy policy;
    for (const auto& text : rules) {
        auto read = read_rule(text);
        if (!read) {
            return failure{
                failure_kind::invalid,
                "\"" + text + "\" is no rule: expected an address, a CIDR, a host or host:port"
            };
        }
        policy.rules_.push_back(std::move(*read));
    }
    return policy;
}

std::optional<egress_policy::rule> egress_policy::read_rule(std::string_view text) {
    if (text.find('/') != std::string_view::npos) {
        const auto cidr = read_network(text);
        return cidr ? std::optional(rule{{}, cidr->start, cidr->prefix, 0}) : std::nullopt;
    }
    const auto split = split_port(text);
    if (!split) {
        return std::nullopt;
    }
    auto made = rule_for(split->host, split->port);
    if (!made.host.empty() && !is_host_name(made.host)) {
        return std::nullopt;
    }
    const bool names_nothing = made.host.empty() && made.prefix == 0;
    return names_nothing ? std::nullopt : std::optional(std::move(made));
}

egress_policy::rule egress_policy::rule_for(std::string_view host, std::uint16_t port) {
    // A literal is judged as the address it is, so "127.0.0.1:9000" also covers a name for it.
    if (const auto literal = read_address(host)) {
        return {{}, *literal, literal->is_v4() ? 32U : 128U, port};
    }
    return {normalised(host), {}, 0, port};
}

void egress_policy::allow(std::string_view host, std::uint16_t port) {
    rules_.push_back(rule_for(host, port));
}

bool egress_policy::permits(std::string_view host, const address& resolved, std::uint16_t port)
    const {
    if (everything_) {
        return true;
    }
    const auto name = normalised(host);
    const bool allowed = std::any_of(rules_.begin(), rules_.end(), [&](const rule& r) {
        if (r.port != 0 && r.port != port) {
            return false;
        }
        return r.host.empty() ? network{r.network, r.prefix}.holds(resolved) : r.host == name;
    });
    return allowed || (is_public(resolved) && is_web_port(port) && !is_own_address(resolved));
}

bool egress_policy::may_permit(std::string_view host, std::uint16_t port) const {
    const auto name = normalised(host);
    if (const auto literal = read_address(name)) {
        return permits(name, *literal, port);
    }
    if (is_localhost(name)) {
        return permits(name, address_v4::loopback(), port)
               || permits(name, address_v6::loopback(), port);
    }
    return everything_ || is_web_port(port)
           || std::any_of(rules_.begin(), rules_.end(), [&](const rule& r) {
                  return (r.port == 0 || r.port == port) && (r.host.empty() || r.host == name);
              });
}

} // namespace imagined::http
