// A browser's session: a signed cookie instead of a key, so that a page never has to keep the key,
// and streams and pictures work, which take no headers. Nothing is stored but who signed out: every
// process that has the same keys and the same data.dir accepts the same cookie. Changing a key ends
// its sessions.
#pragma once

#include "imagined/base/clock.hpp"
#include "imagined/http/message.hpp"
#include "imagined/queue/shared_door.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace imagined::api {

// Over https the name itself forbids the hosts beside ours to set such a cookie; plain http has no
// such names. Only the fitting one is ever read.
std::string_view session_cookie(std::string_view public_url);

// Signs and checks the sessions of one configured key.
class session_signer {
public:
    // `secret` is the data.dir's own, so that a digest which stands in the configuration (as
    // "sha256:…") is not enough to make a cookie; without one nothing is signed.
    session_signer(std::string_view secret, std::string_view key_digest);

    // "<expires>-<random>-<signature>"; nullopt when there is nothing to sign with.
    std::optional<std::string> sign(unix_millis expires) const;

    // The session of a text of sign() that has not expired.
    std::optional<queue::session> signed_this(std::string_view token, unix_millis now) const;

private:
    std::string key_;   // "" never matches
    std::string group_; // names the key's sessions, and tells nothing of the key
};

// The value of the cookie of this name; "" without one.
std::string_view session_token(const http::fields& headers, std::string_view cookie);

// Whether a cookie may speak for this request: reading always; anything else only from a page of
// this origin, since browsers also send cookies along with what other pages ask for.
bool may_use_session(const http::request_head& head);

// Whether a page of another site sent this, as far as the browser tells.
bool from_another_site(const http::fields& headers);

} // namespace imagined::api
