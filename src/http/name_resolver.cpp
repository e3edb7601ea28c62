#include "name_resolver.hpp"

#include "imagined/base/wakeup.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace imagined::http {

namespace {

constexpr std::size_t lookup_threads = 4;
constexpr std::size_t max_waiting = 1024;

struct answer {
    std::vector<asio::ip::address> addresses;
    std::string error; // empty: found
};

std::optional<asio::ip::address> address_of(const addrinfo& entry) {
    if (entry.ai_family == AF_INET) {
        sockaddr_in raw{};
        std::memcpy(&raw, entry.ai_addr, sizeof raw);
        return asio::ip::address_v4(ntohl(raw.sin_addr.s_addr));
    }
    if (entry.ai_family == AF_INET6) {
        sockaddr_in6 raw{};
        std::memcpy(&raw, entry.ai_addr, sizeof raw);
        asio::ip::address_v6::bytes_type bytes;
        std::memcpy(bytes.data(), &raw.sin6_addr, bytes.size());
        return asio::ip::address_v6(bytes, raw.sin6_scope_id);
    }
    return std::nullopt;
}

answer look_up(const std::string& host) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    if (const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &list); code != 0) {
        return {{}, ::gai_strerror(code)};
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> held(list, ::freeaddrinfo);
    answer found;
    for (const auto* entry = list; entry != nullptr; entry = entry->ai_next) {
        const auto address = address_of(*entry);
        if (address
            && std::find(found.addresses.begin(), found.addresses.end(), *address)
                   == found.addresses.end()) {
            found.addresses.push_back(*address);
        }
    }
    if (found.addresses.empty()) {
        found.error = "no address";
    }
    return found;
}

} // namespace

// Shared with the look-up's thread: the waiter may have left when the answer comes.
struct name_resolver::lookup {
    explicit lookup(executor on) : done(on) {}

    wakeup done;
    std::optional<answer> found;
};

name_resolver::name_resolver(executor on)
    : executor_(on), waiting_(std::make_shared<std::atomic<std::size_t>>(0)) {}

awaitable<result<std::vector<asio::ip::address>>>
name_resolver::resolve(std::string host, milliseconds limit) {
    boost::system::error_code ec;
    if (const auto literal = asio::ip::make_address(host, ec); !ec) {
        co_return std::vector{literal};
    }
    if (waiting_->fetch_add(1) >= max_waiting) {
        waiting_->fetch_sub(1);
        co_return failure{failure_kind::throttled, "too many host names are being looked up"};
    }
    if (!threads_) {
        threads_.emplace(lookup_threads);
    }
    auto shared = std::make_shared<lookup>(executor_);
    // The guard keeps the loop running for the answer, and makes the hand-over happen on it.
    auto work = asio::make_work_guard(executor_);
    asio::post(*threads_, [shared, host, waiting = waiting_, work = std::move(work)]() mutable {
        auto found = look_up(host);
        waiting->fetch_sub(1);
        const auto loop = work.get_executor();
        asio::post(loop, [held = std::move(shared), found = std::move(found)]() mutable {
            held->found = std::move(found);
            held->done.ring();
        });
    });
    co_await shared->done.wait(limit);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (!shared->found && state.cancelled() != asio::cancellation_type::none) {
        co_return failure{failure_kind::cancelled, "resolve " + host};
    }
    if (!shared->found) {
        co_return failure{failure_kind::unavailable, "resolve " + host + ": timed out"};
    }
    if (!shared->found->error.empty()) {
        co_return failure{
            failure_kind::unavailable, "resolve " + host + ": " + shared->found->error
        };
    }
    co_return std::move(shared->found->addresses);
}

} // namespace imagined::http
