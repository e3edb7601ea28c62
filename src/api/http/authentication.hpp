// Who is calling, told by a key. Keys are kept and compared only as digests: the comparison is of
// equal length and constant time, and no plain key stays in memory here.
#pragma once

#include "http/session.hpp"

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
    bool only_metrics = false;                  // a key of server.metrics_keys
    bool reads_only = false;                    // a viewer
    std::optional<queue::session> session = {}; // of whoever signed in

    queue::scope scope() const { return {name, sees_all}; }

    bool is_operator() const { return name.empty() && sees_all; }
};

// What the headers of a request told.
struct told_keys {
    std::optional<identity> who;
    std::size_t wrong = 0; // keys that are nobody's; not counted beside a right one
};

class key_ring {
public:
    explicit key_ring(const api_options& options);

    // No key of clients or operators is configured, so everybody is the operator.
    bool open() const { return open_; }

    // Any of mj-api-secret, Api-Key (Ideogram's own), `Authorization: Bearer K` and a raw
    // `Authorization: K` may hold the key; one that matches is enough. Of many, the first four
    // count: more would be guesses.
    told_keys identify(const http::fields& headers) const;

    // The same for a browser that signed in: the session cookie's. Other methods than reading ones
    // count only when a page of our own sends them (session.hpp). It may have signed out meanwhile:
    // that stands in the shared door.
    std::optional<identity> identify_session(const http::request_head& head) const;

    // Whoever's cookie this is, whatever is done with it.
    std::optional<identity> session_of(const http::fields& headers) const;

    // The cookie's value for whoever has `key`, until `expires`; nullopt for an unknown key.
    std::optional<std::string> open_session(std::string_view key, unix_millis expires) const;

private:
    struct entry {
        std::string digest; // SHA-256, raw; empty never matches
        identity who;
        session_signer signer;   // its sessions end when the key is changed
        unix_millis expires = 0; // 0: never

        bool is_over(unix_millis now) const { return expires != 0 && now >= expires; }
    };

    const entry* find(std::string_view key) const;
    void add(std::string_view key, identity who, std::string_view secret, unix_millis expires = 0);

    std::string_view cookie_;
    std::vector<entry> keys_;
    bool open_ = false;
};

} // namespace imagined::api
