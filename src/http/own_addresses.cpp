#include "own_addresses.hpp"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <memory>

namespace imagined::http {

namespace {

using boost::asio::ip::address;

bool is_that(const sockaddr& raw, const address& wanted) {
    if (raw.sa_family == AF_INET && wanted.is_v4()) {
        sockaddr_in v4{};
        std::memcpy(&v4, &raw, sizeof v4);
        return ntohl(v4.sin_addr.s_addr) == wanted.to_v4().to_uint();
    }
    if (raw.sa_family == AF_INET6 && wanted.is_v6()) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &raw, sizeof v6);
        const auto bytes = wanted.to_v6().to_bytes();
        return std::memcmp(&v6.sin6_addr, bytes.data(), bytes.size()) == 0;
    }
    return false;
}

} // namespace

bool is_own_address(const address& wanted) {
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) {
        return false;
    }
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> held(list, ::freeifaddrs);
    for (const auto* entry = list; entry != nullptr; entry = entry->ifa_next) {
        if (entry->ifa_addr != nullptr && is_that(*entry->ifa_addr, wanted)) {
            return true;
        }
    }
    return false;
}

} // namespace imagined::http
