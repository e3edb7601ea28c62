#include "redis_watch.hpp"

#include <doctest/doctest.h>

using imagined::app::parse_info;
using imagined::app::redis_facts;
using imagined::app::refusal_of;
using imagined::app::warnings_of;

TEST_CASE("INFO tells loading, role, append-only file and eviction policy") {
    const auto facts = parse_info("# Server\r\nredis_version:7.0.15\r\nloading:1\r\nrole:slave\r\n"
                                  "aof_enabled:1\r\nmaxmemory_policy:allkeys-lru\r\n");
    CHECK(facts.loading);
    CHECK(facts.replica);
    CHECK(facts.aof);
    CHECK(facts.policy == "allkeys-lru");
}

TEST_CASE("an eviction policy is refused, and the text names it and redis.url") {
    redis_facts facts;
    facts.policy = "allkeys-lru";
    const auto why = refusal_of(facts);
    CHECK(why.find("redis.url") != std::string::npos);
    CHECK(why.find("allkeys-lru") != std::string::npos);
    facts.policy = "noeviction";
    CHECK(refusal_of(facts).empty());
}

TEST_CASE("a missing append-only file, or an fsync other than always, is a warning") {
    redis_facts facts;
    CHECK(warnings_of(facts).size() == 1);
    facts.aof = true;
    facts.fsync = "everysec";
    CHECK(warnings_of(facts).size() == 1);
    facts.fsync = "always";
    CHECK(warnings_of(facts).empty());
}
