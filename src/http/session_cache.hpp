// TLS sessions that peers offered, by peer: the next connection to one resumes, so its certificates
// are neither sent, checked nor kept again. Of a call that is held that is a good part of its
// memory, and of a start a good part of its time. Only the handshake is shortened: nothing is ever
// sent before it is complete (no early data, which could be replayed).
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

namespace imagined::http {

struct free_tls_session {
    void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};

using offered_session = std::unique_ptr<SSL_SESSION, free_tls_session>;

// For one set of trust anchors: a resumed session was checked by those of its first handshake.
class session_cache {
public:
    // Pictures come from, and callbacks go to, hosts that callers choose: any number.
    static constexpr std::size_t max_peers = 256;

    // Keeps a copy (OpenSSL spoils the session of a connection that ends without a goodbye),
    // instead of what `peer` offered before. Above max_peers, whoever offered longest ago is
    // forgotten.
    void keep(const std::string& peer, const SSL_SESSION& offered);

    // A copy, to be spoilt; nullptr if there is none.
    offered_session find(const std::string& peer) const;

    void forget(const std::string& peer);

    std::size_t size() const { return by_peer_.size(); }

private:
    struct entry {
        std::string peer;
        offered_session offered;
    };

    std::list<entry> oldest_first_;
    std::unordered_map<std::string, std::list<entry>::iterator> by_peer_;
};

} // namespace imagined::http
