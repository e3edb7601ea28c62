// What the doors of all processes share.
#include "imagined/queue/shared_door.hpp"
#include "redis_fixture.hpp"

#include "imagined/base/clock.hpp"

#include <cstdlib>

namespace imagined::test {

namespace {

constexpr unix_millis hour = 3600000;

struct doors : redis_fixture {
    std::unique_ptr<queue::shared_door> one = queue::open_shared_door(raw, "test");
    std::unique_ptr<queue::shared_door> two = queue::open_shared_door(raw, "test");

    queue::session session(const std::string& name, unix_millis later = hour) const {
        return {"ann's", name, system_clock().now() + later};
    }

    void sign_out(const queue::session& which) { must(one->sign_out(which)); }

    bool is_out(const queue::session& which) { return must(two->is_signed_out(which)); }
};

} // namespace

TEST_CASE_FIXTURE(doors, "whoever comes first makes the secret, for good") {
    CHECK(must(one->links("")).text.empty());
    const auto made = must(one->links("first"));
    CHECK(made.text == "first");
    CHECK(made.since > 0);
    for (const char* drawn : {"second", ""}) {
        const auto told = must(two->links(drawn));
        CHECK(told.text == "first");
        CHECK(told.since == made.since);
    }
}

TEST_CASE_FIXTURE(
    doors, "a session that was signed out is so everywhere, until it would have ended"
) {
    const auto mine = session("mine");
    CHECK(!is_out(mine));
    sign_out(mine);
    sign_out(mine);
    CHECK(is_out(mine));
    CHECK(!is_out(session("other")));
    CHECK(!is_out({"bob's", "mine", mine.expires}));
    const auto kept = raw.number({"PEXPIRETIME", key("out:ann's")});
    CHECK(std::abs(kept - mine.expires) < 60000);
    // A shorter one does not shorten it, and what has ended goes.
    sign_out(session("brief", 1));
    sign_out(session("long", 2 * hour));
    CHECK(raw.number({"PEXPIRETIME", key("out:ann's")}) > kept);
    CHECK(is_out(mine));
    CHECK(raw.number({"ZCARD", key("out:ann's")}) <= 3);
}

TEST_CASE_FIXTURE(doors, "too many signed out sessions of a key end all that are no younger") {
    const auto younger = session("younger", 3 * hour);
    for (int i = 0; i <= 1000; ++i) {
        sign_out(session(std::to_string(i), hour));
    }
    CHECK(raw.number({"ZCARD", key("out:ann's")}) <= 1000);
    CHECK(is_out(session("0", hour - 60000)));
    CHECK(is_out(session("never signed out", hour - 60000)));
    CHECK(!is_out(younger));
    sign_out(younger);
    CHECK(is_out(younger));
    CHECK(is_out(session("0", hour - 60000)));
}

TEST_CASE_FIXTURE(
    doors, "a repetition has the name of what it repeats, anything else a fresh one"
) {
    const auto name =
        [this](queue::shared_door& at, const char* who, const char* fresh, bool again) {
            return must(at.name_request({who, "digest", fresh, again, milliseconds(600000)}));
        };
    CHECK(name(*one, "ann", "first", true) == "first"); // nothing that it could repeat
    CHECK(name(*two, "ann", "second", true) == "first");
    CHECK(name(*two, "bob", "third", true) == "third");
    CHECK(name(*one, "ann", "fourth", false) == "fourth");
    CHECK(name(*two, "ann", "fifth", true) == "fourth");
    const auto kept = raw.number({"PTTL", key("req:ann:digest")});
    CHECK(kept > 500000);
    CHECK(kept <= 600000);
}

} // namespace imagined::test
