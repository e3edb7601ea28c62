#include "host_text.hpp"

#include "grammar.hpp"

#include <algorithm>

namespace imagined::http {

namespace {

using boost::asio::ip::address;

// True if the first `prefix` bits are equal.
template <class Bytes>
bool same_prefix(const Bytes& a, const Bytes& b, unsigned prefix) {
    const unsigned bytes = prefix / 8;
    if (!std::equal(a.begin(), a.begin() + bytes, b.begin())) {
        return false;
    }
    const unsigned rest = prefix % 8;
    return rest == 0 || ((a[bytes] ^ b[bytes]) >> (8 - rest)) == 0;
}

} // namespace

std::optional<host_and_port> split_port(std::string_view text) {
    std::string_view port;
    host_and_port split{text, 0};
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos) {
            return std::nullopt;
        }
        split.host = text.substr(1, close - 1);
        port = text.substr(close + 1);
    } else if (std::count(text.begin(), text.end(), ':') == 1) {
        split.host = text.substr(0, text.find(':'));
        port = text.substr(text.find(':'));
    }
    if (port.empty()) {
        return split;
    }
    const auto number = parse_decimal(port.substr(1));
    if (port.front() != ':' || !number || *number == 0 || *number > 65535) {
        return std::nullopt;
    }
    split.port = static_cast<std::uint16_t>(*number);
    return split;
}

std::optional<address> read_address(std::string_view text) {
    boost::system::error_code ec;
    const auto parsed = boost::asio::ip::make_address(std::string(text), ec);
    return ec ? std::nullopt : std::optional(parsed);
}

bool network::holds(const address& one) const {
    if (one.is_v4() != start.is_v4()) {
        return false;
    }
    return one.is_v4() ? same_prefix(one.to_v4().to_bytes(), start.to_v4().to_bytes(), prefix)
                       : same_prefix(one.to_v6().to_bytes(), start.to_v6().to_bytes(), prefix);
}

std::optional<network> read_network(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) {
        return std::nullopt;
    }
    const auto start = read_address(text.substr(0, slash));
    const auto prefix = parse_decimal(text.substr(slash + 1));
    if (!start || !prefix || *prefix > (start->is_v4() ? 32U : 128U)) {
        return std::nullopt;
    }
    return network{*start, static_cast<unsigned>(*prefix)};
}

std::string normalised(std::string_view host) {
    auto text = to_lower(host);
    if (text.size() > 1 && text.ends_with('.')) {
        text.pop_back();
    }
    return text;
}

bool is_localhost(std::string_view host) {
    return host == "localhost" || host.ends_with(".localhost");
}

} // namespace imagined::http
