// A connection that is ready for commands: connected, authenticated, its database selected, the
// server's clock read. Both the client and the subscription start from it.
#pragma once

#include "resp.hpp"
#include "transport.hpp"

#include "imagined/base/async.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/redis/client.hpp"

#include <memory>

namespace imagined::redis {

struct link {
    std::shared_ptr<transport> stream;
    reply_reader reader;
    milliseconds clock_offset{};
};

// Connects `stream` (fresh from transport::create) and shakes hands. Ends early when it is closed.
// Takes at most connect_deadline (a name server that does not answer may hold it up longer: the
// system's resolver cannot be interrupted). Fails with `rejected` when the server refuses the user
// or the password, `invalid` when the options cannot work, `unavailable` otherwise; the detail
// holds no password.
awaitable<result<link>>
establish(executor on, std::shared_ptr<transport> stream, client_options options);

} // namespace imagined::redis
