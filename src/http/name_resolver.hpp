// Looks host names up on threads of its own. Asio's resolver has one thread for the whole process,
// so one host with a dead name server would keep everybody else's look-ups waiting; and its
// deadline could not be kept, because a look-up under way cannot be cancelled, only abandoned.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/failure.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace imagined::http {

class name_resolver {
public:
    explicit name_resolver(executor on);

    // Every address of `host`, in the order the system prefers them; an address literal is answered
    // without a look-up. Fails with `unavailable` when there is none or `limit` passes, with
    // `throttled` when too many look-ups are waiting, with `cancelled` on cancellation.
    awaitable<result<std::vector<asio::ip::address>>> resolve(std::string host, milliseconds limit);

private:
    struct lookup;

    executor executor_;
    std::shared_ptr<std::atomic<std::size_t>> waiting_;
    std::optional<asio::thread_pool> threads_; // started by the first look-up
};

} // namespace imagined::http
