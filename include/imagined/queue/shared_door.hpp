// What the doors of all processes must agree on, so it stands in Redis beside the tasks: the secret
// that signs the addresses of pictures, which sessions were signed out, and what requests are
// called.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/clock.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/redis/client.hpp"

#include <memory>
#include <string>

namespace imagined::queue {

// A browser's, from its sign-in to `expires`. The names tell nothing of key and cookie.
struct session {
    std::string group; // of all sessions of one key
    std::string name;
    unix_millis expires = 0;
};

struct link_secret {
    std::string text;      // "" : no process has ever signed
    unix_millis since = 0; // when the first one began to
};

struct request_naming {
    std::string caller;
    std::string digest;
    std::string fresh;
    bool again = false; // it says that it was sent before
    milliseconds kept{600000};
};

// Fails with `unavailable` as the ports of the queue do (work.hpp); each verb is safe to repeat.
class shared_door {
public:
    virtual ~shared_door() = default;

    // The secret. If there is none yet and `drawn` is not "", it is that from now on, for good:
    // whoever comes first makes it.
    virtual awaitable<result<link_secret>> links(std::string drawn) = 0;

    // A name for a request of `caller` by which its repetitions are known for `kept`: `fresh`, or
    // with `again` the one that the same request (`digest`) was given last, if it still has one.
    virtual awaitable<result<std::string>> name_request(request_naming asked) = 0;

    // After this the session is worthless in every process. Kept until it would have expired, some
    // thousand for a key; beyond, all sessions of this key that are no younger than these end.
    virtual awaitable<result<void>> sign_out(session which) = 0;

    virtual awaitable<result<bool>> is_signed_out(session which) = 0;
};

// `on` must outlive it.
std::unique_ptr<shared_door> open_shared_door(redis::client& on, std::string prefix);

} // namespace imagined::queue
