// Who is calling, told by a key. Keys are kept and compared only as digests: the comparison is of
// equal length and constant time, and no plain key stays in memory here.
#pragma once

#include "door/session.hpp"

#include "imagined/api/api.hpp"
#include "imagined/base/clock.hpp"
#include "imagined/http/message.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::api {

// Whose request it is. The operator's name is empty: no configured caller can have it.
struct identity {
    std::string name;
    bool sees_all = false;

    queue::scope scope() const { return {name, sees_all}; }
};

class key_ring {
public:
    explicit key_ring(const api_options& options);

    // No key is configured, so everybody is the operator.
    bool open() const { return keys_.empty(); }

    // Any of mj-api-secret, Api-Key (Ideogram's own), `Authorization: Bearer K` and a raw
    // `Authorization: K` may hold the key; one that matches is enough. nullopt when none does.
    std::optional<identity> identify(const http::fields& headers) const;

    // The same for a browser that signed in: the session cookie's. Other methods than reading ones
    // count only when a page of our own sends them (session.hpp).
    std::optional<identity> identify_session(const http::request_head& head) const;

    // The cookie's value for whoever has `key`, until `expires`; nullopt for an unknown key.
    std::optional<std::string> open_session(std::string_view key, unix_millis expires) const;

private:
    struct entry {
        std::string digest; // SHA-256, raw; empty never matches
        identity who;
        session_signer signer; // its sessions end when the key is changed
    };

    const entry* find(std::string_view key) const;
    void add(std::string_view key, identity who, std::string_view secret);

    std::vector<entry> keys_;
};

} // namespace imagined::api
