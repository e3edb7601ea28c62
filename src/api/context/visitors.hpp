// What becomes of keys and cookies where it takes a look at Redis, or a moment.
#pragma once

#include "context/context.hpp"

#include "imagined/http/body_stream.hpp"

#include <memory>

namespace imagined::api {

// Who asks on a path that is open to everybody, by key or by cookie; nullopt for nobody that is
// known, which guessers are told late. Fails with `unavailable`.
awaitable<result<std::optional<identity>>>
known_visitor(context& api, const http::request_head& head);

// Waits as long as a refusal after this many wrong keys is to be held (key_guesses.hpp).
awaitable<> slow_down_guesses(context& api, std::string_view peer, std::size_t wrong);

// `inner` until its reader's session is signed out, wherever that happens: looked up every few
// seconds. A look that fails ends nothing.
std::shared_ptr<http::body_stream> until_signed_out(
    queue::shared_door& door, queue::session of, std::shared_ptr<http::body_stream> inner
);

} // namespace imagined::api
