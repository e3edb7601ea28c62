#include "session_cache.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace imagined::http;

namespace {

// Told apart by its time.
offered_session session(long time) {
    offered_session made(SSL_SESSION_new());
    SSL_SESSION_set_time(made.get(), time);
    return made;
}

long time_of(const offered_session& found) {
    return found ? SSL_SESSION_get_time(found.get()) : 0;
}

} // namespace

TEST_CASE("the latest that a peer offered is kept, for itself alone") {
    session_cache cache;
    CHECK(cache.find("a:443") == nullptr);
    cache.keep("a:443", *session(1));
    cache.keep("a:443", *session(2));
    CHECK(time_of(cache.find("a:443")) == 2);
    CHECK(cache.find("a:444") == nullptr);
    CHECK(cache.size() == 1);
    cache.forget("a:443");
    cache.forget("a:443");
    CHECK(cache.find("a:443") == nullptr);
    CHECK(cache.size() == 0);
}

TEST_CASE("what is found is a copy") {
    session_cache cache;
    cache.keep("a:443", *session(1));
    SSL_SESSION_set_time(cache.find("a:443").get(), 2);
    CHECK(time_of(cache.find("a:443")) == 1);
}

TEST_CASE("of more peers than are kept, whoever offered longest ago is forgotten") {
    session_cache cache;
    const auto peer = [](std::size_t i) { return "host" + std::to_string(i) + ":443"; };
    for (std::size_t i = 0; i < session_cache::max_peers; ++i) {
        cache.keep(peer(i), *session(1));
    }
    cache.keep(peer(0), *session(1)); // offers anew
    cache.keep("one more:443", *session(1));
    CHECK(cache.size() == session_cache::max_peers);
    CHECK(cache.find(peer(1)) == nullptr);
    CHECK(cache.find(peer(0)) != nullptr);
    CHECK(cache.find(peer(2)) != nullptr);
    CHECK(cache.find("one more:443") != nullptr);
}
