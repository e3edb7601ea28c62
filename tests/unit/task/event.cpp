// Events as a history keeps them, and as operators read them.
#include "imagined/task/event.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using task::event_kind;
using task::happening;
using task::happening_from_text;

TEST_CASE("an event is kept as its code and its fields, and read again") {
    const happening called{event_kind::called, {"camel-1:ab12", "1", "4"}};
    CHECK(task::to_text(called) == "called|camel-1:ab12|1|4");
    CHECK(happening_from_text("called|camel-1:ab12|1|4") == called);
    CHECK(task::to_text({event_kind::shortened}) == "shortened");
    CHECK(happening_from_text("shortened") == happening{event_kind::shortened});
    const happening empty{event_kind::not_started, {"camel-1:ab12", ""}};
    CHECK(happening_from_text(task::to_text(empty)) == empty);
}

TEST_CASE("the last field of an event may contain bars") {
    const happening lost{event_kind::lost, {"camel-1:ab12", "said a|b"}};
    CHECK(happening_from_text(task::to_text(lost)) == lost);
}

TEST_CASE("operators read an event as a sentence") {
    CHECK(
        task::sentence_of({event_kind::called, {"camel-1:ab12", "1", "4"}})
        == "calling camel-1:ab12, picture 1 and on, 4 in all"
    );
    CHECK(task::sentence_of({event_kind::stored, {"4"}}) == "stored 4 pictures");
    CHECK(task::sentence_of({event_kind::described, {"4"}}) == "4 descriptions");
    CHECK(task::sentence_of({event_kind::lease_expired, {"w1"}}) == "lease of w1 expired");
    CHECK(
        task::sentence_of({event_kind::callback_failed, {"SUCCESS", "2", "HTTP 503"}})
        == "callback SUCCESS failed, attempt 2: HTTP 503"
    );
    CHECK(task::sentence_of({event_kind::modal_expired}) == "the modal was not answered");
}

TEST_CASE("a sentence of the version before is shown as it stands") {
    for (const char* sentence :
         {"claimed by host-1:77",
          "calling camel-1:ab12, picture 1 and on, 4 in all",
          "refused by camel-1:ab12: HTTP 400 a|b",
          "TIMEOUT",
          "callback SUCCESS 200"}) {
        CHECK(task::sentence_of(happening_from_text(sentence)) == sentence);
    }
    CHECK(happening_from_text("claimed by host-1:77").kind == event_kind::claimed);
    CHECK(happening_from_text("TIMEOUT").kind == event_kind::other);
}

TEST_CASE("a kind of a later version, or one without its fields, is shown as it stands") {
    for (const char* text : {"paused|since|noon", "called|camel-1:ab12", ""}) {
        const auto what = happening_from_text(text);
        CHECK(what.kind == event_kind::other);
        CHECK(task::sentence_of(what) == text);
        CHECK(task::to_text(what) == text);
    }
}
