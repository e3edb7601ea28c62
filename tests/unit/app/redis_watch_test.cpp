#include "redis_watch.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using imagined::app::judge;
using imagined::app::parse_info;
using imagined::app::redis_facts;
using imagined::app::refusal_of;
using imagined::app::warnings_of;

TEST_CASE("INFO tells loading, append-only file and eviction policy") {
    const auto facts = parse_info("# Server\r\nredis_version:7.0.15\r\nloading:1\r\nrole:slave\r\n"
                                  "aof_enabled:1\r\nmaxmemory_policy:allkeys-lru\r\n");
    CHECK(facts.loading);
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

namespace {

redis_facts sound() {
    redis_facts facts;
    facts.aof = true;
    facts.fsync = "always";
    facts.policy = "noeviction";
    return facts;
}

} // namespace

TEST_CASE("a Redis that answers, keeps what it is told and can be written is fine") {
    const auto health = judge(sound(), result<void>{});
    CHECK(health.writable);
    CHECK(!health.barred);
    CHECK(health.reason.empty());
    CHECK(health.warnings.empty());
}

TEST_CASE("what passes by itself makes it not ready, and bars nothing") {
    const failure gone{failure_kind::unavailable, "redis at h:1: connect: refused"};
    const auto unreachable = judge(gone, std::nullopt);
    CHECK(!unreachable.writable);
    CHECK(!unreachable.barred);
    CHECK(unreachable.reason == gone.detail);
    const auto full = judge(sound(), failure{failure_kind::unavailable, "redis: OOM"});
    CHECK(!full.writable);
    CHECK(!full.barred);
    CHECK(full.reason == "redis: OOM");
}

TEST_CASE("a wrong password, a missing right and an eviction policy bar what is new") {
    const failure refused{failure_kind::rejected, "redis at h:1: AUTH was refused"};
    CHECK(judge(refused, std::nullopt).barred);
    const auto blind = judge(sound(), failure{failure_kind::rejected, "may not publish"});
    CHECK(!blind.writable);
    CHECK(blind.barred);
    CHECK(blind.reason == "may not publish");
    auto facts = sound();
    facts.policy = "volatile-lru";
    const auto forgetful = judge(facts, result<void>{});
    CHECK(!forgetful.writable);
    CHECK(forgetful.barred);
    CHECK(forgetful.reason.find("volatile-lru") != std::string::npos);
}
