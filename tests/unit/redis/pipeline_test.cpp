#include "pipeline.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace imagined;
using namespace imagined::redis;

namespace {

using time_point = pipeline::time_point;

struct ending {
    std::string who;
    result<reply> outcome;
};

class named_waiter final : public waiter {
public:
    named_waiter(std::string name, std::vector<ending>& endings)
        : name_(std::move(name)), endings_(endings) {}

    void deliver(result<reply> outcome) override {
        endings_.push_back({name_, std::move(outcome)});
    }

private:
    std::string name_;
    std::vector<ending>& endings_;
};

constexpr time_point moment_at(int milliseconds) {
    return time_point(std::chrono::milliseconds(milliseconds));
}

const failure sent_late{failure_kind::unavailable, "sent"};
const failure unsent_late{failure_kind::unavailable, "unsent"};

struct desk {
    explicit desk(std::size_t limit = 1000) : line(limit) {}

    // A command whose bytes are its name.
    waiter& ask(const std::string& name, int deadline = 1000) {
        auto who = std::make_unique<named_waiter>(name, endings);
        auto& kept = *who;
        line.add(std::move(who), [&](std::string& out) { out += name; }, moment_at(deadline));
        return kept;
    }

    std::string take(int now = 0) {
        std::string batch;
        line.take(batch, moment_at(now));
        line.written();
        return batch;
    }

    // "name=value" for each that ended since the last call, in order; kind instead of value.
    std::vector<std::string> news() {
        while (line.has_finished()) {
            line.deliver_next();
        }
        std::vector<std::string> told;
        for (const auto& each : std::exchange(endings, {})) {
            told.push_back(
                each.who + "="
                + (each.outcome ? *each.outcome->text()
                                : std::string(to_string(each.outcome.error().kind)))
            );
        }
        return told;
    }

    std::vector<ending> endings;
    pipeline line;
};

using words = std::vector<std::string>;

reply text(std::string value) {
    return {std::move(value)};
}

} // namespace

TEST_CASE("replies find their waiters in the order of the commands") {
    desk d;
    d.ask("a");
    d.ask("b");
    CHECK(d.take() == "ab");
    CHECK(d.line.answer(text("1")));
    CHECK(d.line.answer(text("2")));
    CHECK(d.news() == words{"a=1", "b=2"});
    CHECK(d.line.empty());
}

TEST_CASE("a reply that nobody asked for is noticed") {
    desk d;
    d.ask("a");
    CHECK(!d.line.answer(text("early")));
    d.take();
    CHECK(d.line.answer(text("1")));
    CHECK(!d.line.answer(text("2")));
}

TEST_CASE("an expired command keeps its place and its late reply is dropped") {
    desk d;
    d.ask("a", 10);
    d.ask("b", 100);
    d.take();
    d.line.expire(moment_at(10), sent_late, unsent_late);
    CHECK(d.news() == words{"a=unavailable"});
    CHECK(d.line.answer(text("late")));
    CHECK(d.line.answer(text("2")));
    CHECK(d.news() == words{"b=2"});
}

TEST_CASE("a command abandoned before it was sent never runs") {
    desk d;
    d.ask("a");
    d.take();
    auto& b = d.ask("bb");
    auto& c = d.ask("c");
    auto& e = d.ask("eee");
    d.line.abandon(b);
    d.line.abandon(e);
    CHECK(d.take() == "c");
    d.line.answer(text("1"));
    d.line.answer(text("2"));
    CHECK(d.news() == words{"bb=cancelled", "eee=cancelled", "a=1", "c=2"});
    static_cast<void>(c);
}

TEST_CASE("a waiter behind dropped commands can still be abandoned by itself") {
    desk d;
    auto& a = d.ask("a");
    auto& b = d.ask("b");
    d.line.abandon(a);
    CHECK(d.take() == "b");
    d.line.abandon(b);
    CHECK(d.news() == words{"a=cancelled", "b=cancelled"});
    CHECK(d.line.answer(text("late")));
    CHECK(d.news().empty());
}

TEST_CASE("abandoning somebody who has finished changes nothing") {
    desk d;
    auto& a = d.ask("a");
    d.ask("b");
    d.take();
    d.line.answer(text("1"));
    d.line.abandon(a);
    d.line.answer(text("2"));
    CHECK(d.news() == words{"a=1", "b=2"});
}

TEST_CASE("a lost connection fails what was sent and keeps what was not") {
    desk d;
    d.ask("a");
    d.take();
    d.ask("b");
    d.line.lose_sent(sent_late);
    CHECK(d.news() == words{"a=unavailable"});
    CHECK(d.take() == "b");
    d.line.answer(text("2"));
    CHECK(d.news() == words{"b=2"});
}

TEST_CASE("an unsent command that expires is not sent later") {
    desk d;
    d.ask("a", 10);
    d.ask("b", 100);
    d.line.expire(moment_at(50), sent_late, unsent_late);
    CHECK(d.endings.empty());
    REQUIRE(d.news() == words{"a=unavailable"});
    CHECK(d.take() == "b");
}

TEST_CASE("only the unsent are lost when waiting is useless") {
    desk d;
    d.ask("a");
    d.take();
    d.ask("b");
    d.line.lose_unsent({failure_kind::rejected, "no"});
    CHECK(d.news() == words{"b=rejected"});
    CHECK(!d.line.has_unsent());
    d.line.answer(text("1"));
    CHECK(d.news() == words{"a=1"});
}

TEST_CASE("bytes above the limit are refused, those in flight included") {
    desk d(4);
    d.ask("aa");
    std::string batch;
    d.line.take(batch, moment_at(0));
    d.ask("bb");
    d.ask("c");
    CHECK(d.news() == words{"c=throttled"});
    d.line.written();
    d.ask("dd");
    CHECK(d.news().empty());
    CHECK(d.take() == "bbdd");
}

TEST_CASE("the bytes of abandoned commands make room again") {
    desk d(4);
    auto& a = d.ask("aaa");
    d.ask("b");
    d.line.abandon(a);
    d.ask("ccc");
    CHECK(d.take() == "bccc");
    d.line.answer(text("1"));
    d.line.answer(text("2"));
    CHECK(d.news() == words{"aaa=cancelled", "b=1", "ccc=2"});
}

TEST_CASE("a command that could never be sent is invalid, not throttled") {
    desk d(4);
    d.ask("aaaaa");
    CHECK(d.news() == words{"aaaaa=invalid"});
}

TEST_CASE("an error reply becomes a failure unless the waiter wants it") {
    desk d;
    d.ask("a");
    d.ask("b").wants_error_replies = true;
    d.take();
    d.line.answer({reply::error{"NOAUTH x"}});
    d.line.answer({reply::error{"READONLY x"}});
    while (d.line.has_finished()) {
        d.line.deliver_next();
    }
    CHECK(d.endings[0].outcome.error().kind == failure_kind::rejected);
    CHECK(d.endings[1].outcome->failed()->text == "READONLY x");
}

TEST_CASE("silence counts from the first question and ends with any byte") {
    using std::chrono::milliseconds;
    desk d;
    CHECK(!d.line.stalled(moment_at(1000), milliseconds(10)));
    d.ask("a");
    CHECK(!d.line.stalled(moment_at(1000), milliseconds(10))); // not sent
    d.take(1000);
    CHECK(!d.line.stalled(moment_at(1009), milliseconds(10)));
    CHECK(d.line.stalled(moment_at(1010), milliseconds(10)));
    d.ask("b");
    d.take(1008); // asking again is no sign of life
    CHECK(d.line.stalled(moment_at(1010), milliseconds(10)));
    d.line.heard(moment_at(1010));
    CHECK(!d.line.stalled(moment_at(1019), milliseconds(10)));
}

TEST_CASE("a deadline is due exactly when it is reached") {
    desk d;
    d.ask("a", 20);
    d.ask("b", 10);
    CHECK(!d.line.due(moment_at(9)));
    CHECK(d.line.due(moment_at(10)));
    d.line.expire(moment_at(10), sent_late, unsent_late);
    CHECK(!d.line.due(moment_at(19)));
    CHECK(d.line.due(moment_at(20)));
}
