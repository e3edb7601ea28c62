// One byte stream to a Redis server: TCP, Unix or TLS. All Asio socket code of the module is behind
// this interface, instantiated once, in transport.cpp.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/redis/client.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace imagined::redis {

class transport {
public:
    static std::shared_ptr<transport> create(const executor& on, const client_options& options);

    virtual ~transport() = default;

    // Resolves, connects and, with TLS, shakes hands and verifies the server's name. Failures here
    // and below name the step ("redis: connect: Connection refused").
    virtual awaitable<result<void>> connect() = 0;

    // Waits for at least one byte. The end of the stream is a failure.
    virtual awaitable<result<std::size_t>> read_some(std::span<char> into) = 0;

    // Writes all of `bytes`, which must stay until `done` ran; one write at a time.
    virtual void write(std::string_view bytes, std::function<void(result<void>)> done) = 0;

    // Ends the stream; whatever waits on it fails. Idempotent, and allowed during connect().
    virtual void close() = 0;
};

} // namespace imagined::redis
