// A connection that is ready for commands: connected, authenticated, its database selected, the
// server a master, its clock read. Both the client and the subscription start from it.
#pragma once

#include "resp.hpp"
#include "server_clock.hpp"
#include "transport.hpp"

#include "imagined/base/async.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/redis/client.hpp"

#include <memory>

namespace imagined::redis {

struct link {
    std::shared_ptr<transport> stream;
    reply_reader reader;
    server_clock clock;
};

// Connects `stream` (fresh from transport::create) and shakes hands. Ends early when it is closed.
// Takes at most connect_deadline (a name server that does not answer may hold it up longer: the
// system's resolver cannot be interrupted). Fails with `rejected` when the server refuses the user
// or the password, `invalid` when the options cannot work, `unavailable` otherwise (also when the
// server is a replica); the detail names the server and holds no password.
awaitable<result<link>>
establish(executor on, std::shared_ptr<transport> stream, client_options options);

// The failure, naming the server if it is one of this module ("redis: ..."): several may be meant
// in one log.
failure named(const endpoint& to, failure why);

// What TIME answered, told to `clock`.
result<void> hear_time(
    server_clock& clock,
    const reply& time,
    server_clock::time_point asked,
    server_clock::time_point answered
);

} // namespace imagined::redis
