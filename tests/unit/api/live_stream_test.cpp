// Long polls and streams, with a feed of changes that the test speaks through.
#include "imagined/http/body_stream.hpp"
#include "live/sse.hpp"
#include "scene.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <doctest/doctest.h>

#include <sstream>

using namespace imagined;
using namespace imagined::test;
using nlohmann::json;

namespace {

using namespace boost::asio::experimental::awaitable_operators;

struct event {
    std::string name;
    std::string id;
    json data;
};

// The events of a piece; comments and the retry line are left out.
std::vector<event> events_in(const std::string& piece) {
    std::vector<event> events;
    std::istringstream lines(piece);
    event now;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("event: ")) {
            now.name = line.substr(7);
        } else if (line.starts_with("id: ")) {
            now.id = line.substr(4);
        } else if (line.starts_with("data: ")) {
            now.data = json::parse(line.substr(6));
        } else if (line.empty() && !now.name.empty()) {
            events.push_back(std::exchange(now, {}));
        }
    }
    return events;
}

std::vector<std::string> names_in(const std::string& piece) {
    std::vector<std::string> names;
    for (const event& one : events_in(piece)) {
        names.push_back(one.name);
    }
    return names;
}

event event_of(const std::string& piece, const std::string& task) {
    for (const event& one : events_in(piece)) {
        if (one.data.value("id", "") == task) {
            return one;
        }
    }
    FAIL("nothing of " << task << " in " << piece);
    return {};
}

http::body_stream& stream_of(const http::response& answer) {
    const auto* held = std::get_if<std::shared_ptr<http::body_stream>>(&answer.body);
    REQUIRE_MESSAGE(held != nullptr, answer.status);
    return **held;
}

std::string pull(scene& s, const http::response& answer) {
    std::string piece;
    s.run([&]() -> awaitable<> { piece = co_await stream_of(answer).next(); });
    return piece;
}

// What a stream says until it has said `word`.
std::string pull_until(scene& s, const http::response& answer, std::string_view word) {
    std::string told;
    while (!mentions(told, word)) {
        const std::string piece = pull(s, answer);
        REQUIRE_MESSAGE(!piece.empty(), told);
        told += piece;
    }
    return told;
}

std::string events_path(const std::string& id) {
    return "/v1/tasks/" + id + "/events";
}

header_list after(const std::string& id) {
    return {{"Last-Event-ID", id}};
}

// Nothing happens by itself within a test.
scene_options patient() {
    scene_options options;
    options.api.live.heartbeat = seconds(600);
    options.api.live.look_again = seconds(600);
    options.api.live.place_every = seconds(600);
    return options;
}

scene_options listening_callers() {
    scene_options options = patient();
    options.api.api_keys = {"root"};
    options.api.callers = {{.name = "ann", .key = "a"}, {.name = "bob", .key = "b"}};
    return options;
}

const header_list ann_listening{{"Api-Key", "a"}};
const header_list root_listening{{"Api-Key", "root"}};

} // namespace

TEST_CASE("an event is told line by line") {
    CHECK(api::sse_event("task", "7", "{}") == "event: task\nid: 7\ndata: {}\n\n");
    CHECK(api::sse_event("step", "", "a\nb") == "event: step\ndata: a\ndata: b\n\n");
    CHECK(api::sse_event("step", "", "a\r\nb\rc") == "event: step\ndata: a\ndata: b\ndata: c\n\n");
    CHECK(api::sse_event("x", "", "") == "event: x\ndata: \n\n");
    CHECK(api::sse_heartbeat().starts_with(":"));
}

TEST_CASE("a task's stream begins with all that was, and tells what happens, up to the end") {
    scene s(patient());
    const std::string id = s.imagine();
    s.tasks.step(id, task::state::leased, {task::event_kind::claimed, {"worker-9"}});
    const auto answer = s.get(events_path(id));
    CHECK(answer.headers.get("Content-Type") == "text/event-stream; charset=utf-8");
    CHECK(answer.headers.get("Cache-Control") == "no-store");
    const std::string first = pull(s, answer);
    CHECK(first.starts_with("retry: "));
    CHECK(names_in(first) == std::vector<std::string>{"step", "step", "task"});
    CHECK(events_in(first)[1].data["what"] == "claimed");
    CHECK(events_in(first)[1].id.empty());
    CHECK(events_in(first)[2].id == "2");
    CHECK(!mentions(first, "worker-9"));

    s.tasks.step(id, task::state::calling, {task::event_kind::called, {"camel-1:key", "1", "4"}});
    s.feed->on_change("1 " + id + " 2");
    const std::string second = pull_until(s, answer, "event: task");
    CHECK(names_in(second).front() == "step");
    CHECK(events_in(second).front().data["what"] == "called");
    CHECK(!mentions(second, "camel"));

    s.tasks.succeed(id);
    s.feed->on_change(id);
    const std::string last = pull_until(s, answer, "succeeded");
    CHECK(events_in(last).back().id == "4");
    CHECK(pull(s, answer).empty());
}

TEST_CASE("who comes back is told what came after, and who has seen the end nothing") {
    scene s(patient());
    const std::string id = s.imagine();
    s.tasks.step(id, task::state::leased, {task::event_kind::claimed, {"w"}});
    s.tasks.step(id, task::state::calling, {task::event_kind::called, {"x", "1", "4"}});
    const std::string rest = pull(s, s.get(events_path(id), after("2")));
    CHECK(names_in(rest) == std::vector<std::string>{"step", "task"});
    CHECK(events_in(rest)[0].data["revision"] == 3);
    CHECK(names_in(pull(s, s.get(events_path(id), after("nonsense")))).size() == 4);
    s.tasks.succeed(id);
    const auto unseen = s.get(events_path(id), after("3"));
    CHECK(names_in(pull(s, unseen)) == std::vector<std::string>{"step", "task"});
    CHECK(pull(s, unseen).empty());
    CHECK(s.get(events_path(id), after("4")).status == 204);
}

TEST_CASE("a task's stream is its caller's alone") {
    scene s(listening_callers());
    const std::string id = s.imagine("x", ann_listening);
    CHECK(s.get(events_path(id), {{"Api-Key", "b"}}).status == 404);
    CHECK(s.get(events_path(id), ann_listening).status == 200);
    CHECK(s.get(events_path(id)).status == 401);
    CHECK(
        s.get(events_path("1760000000009999"), ann_listening).headers.get("Content-Type")
        == "application/problem+json"
    );
}

TEST_CASE("a change of which nothing was heard is told a little later") {
    auto options = patient();
    options.api.live.look_again = milliseconds(20);
    scene s(options);
    const std::string id = s.imagine();
    s.tasks.step(id, task::state::leased, {task::event_kind::claimed, {"w"}});
    const auto answer = s.get(events_path(id));
    pull(s, answer);
    s.tasks.succeed(id);
    CHECK(mentions(pull_until(s, answer, "succeeded"), "stored"));
}

TEST_CASE("a feed that comes back makes every watcher look") {
    scene s(patient());
    const std::string id = s.imagine();
    const auto answer = s.get(events_path(id));
    pull(s, answer);
    s.tasks.succeed(id);
    s.feed->on_ready();
    CHECK(mentions(pull_until(s, answer, "succeeded"), "stored"));
}

TEST_CASE("a stream with nothing to say shows that it lives") {
    auto options = patient();
    options.api.live.heartbeat = milliseconds(20);
    scene s(options);
    const auto one = s.get(events_path(s.imagine()));
    pull(s, one);
    CHECK(pull(s, one) == api::sse_heartbeat());
    const auto all = s.get("/v1/events");
    pull_until(s, all, api::sse_heartbeat());
}

TEST_CASE("a queue that is silent does not end a stream") {
    auto options = patient();
    options.api.live.heartbeat = milliseconds(20);
    options.api.live.place_every = milliseconds(5);
    scene s(options);
    const std::string id = s.imagine();
    const auto answer = s.get(events_path(id));
    pull(s, answer);
    s.tasks.outage = failure{failure_kind::unavailable, "redis: timeout"};
    CHECK(pull(s, answer) == api::sse_heartbeat());
    CHECK(pull(s, answer) == api::sse_heartbeat());
    s.tasks.outage.reset();
    s.tasks.succeed(id);
    pull_until(s, answer, "succeeded");
    CHECK(s.get(events_path("1760000000009999")).status == 404);
}

TEST_CASE("the stream of a task that is forgotten ends") {
    scene s(patient());
    const std::string id = s.imagine();
    const auto answer = s.get(events_path(id));
    pull(s, answer);
    s.tasks.erase(id);
    s.feed->on_change(id);
    CHECK(pull(s, answer).empty());
}

TEST_CASE("a waiting task's stream tells when it moves up") {
    auto options = patient();
    options.api.live.place_every = milliseconds(10);
    scene s(options);
    const std::string first = s.imagine();
    const std::string second = s.imagine();
    const auto answer = s.get(events_path(second));
    CHECK(events_in(pull(s, answer)).back().data["queue"]["ahead"] == 1);
    s.tasks.step(first, task::state::leased, {task::event_kind::claimed, {"w"}});
    const auto moved = events_in(pull(s, answer));
    REQUIRE(moved.size() == 1);
    CHECK(moved[0].name == "queue");
    CHECK(moved[0].id.empty());
    CHECK(moved[0].data["id"] == second);
    CHECK(moved[0].data["ahead"] == 0);
}

TEST_CASE("the progress of a call is told without asking anybody") {
    scene s(patient());
    const std::string id = s.imagine();
    s.tasks.step(id, task::state::calling, {task::event_kind::called, {"x", "1", "4"}});
    auto& record = s.tasks.at(id).record;
    record.called = system_clock().now() - 1000;
    record.expected = 20000;
    const auto answer = s.get(events_path(id));
    const int shown = events_in(pull(s, answer)).back().data["progress"];
    const auto asked = s.tasks.follows;
    const auto told = events_in(pull(s, answer));
    REQUIRE(told.size() == 1);
    CHECK(told[0].name == "progress");
    CHECK(told[0].data["progress"].get<int>() > shown);
    CHECK(s.tasks.follows == asked);
}

TEST_CASE("a stream that is stopped ends at once") {
    scene s(patient());
    for (const auto& path : {events_path(s.imagine()), std::string("/v1/events")}) {
        CAPTURE(path);
        const auto answer = s.get(path);
        pull(s, answer);
        std::string piece = "unset";
        s.run([&]() -> awaitable<> {
            auto stop = [&]() -> awaitable<> {
                stream_of(answer).stop();
                co_return;
            };
            auto waits = [&]() -> awaitable<> { piece = co_await stream_of(answer).next(); };
            co_await (waits() && stop());
        });
        CHECK(piece.empty());
    }
}

TEST_CASE("streams are counted, and no more are opened than is allowed") {
    auto options = patient();
    options.api.max_streams = 1;
    scene s(options);
    const std::string id = s.imagine();
    {
        const auto first = s.get("/v1/events");
        CHECK(s.get("/v1/events").status == 503);
        const auto refused = s.get(events_path(id));
        CHECK(refused.status == 503);
        CHECK(refused.headers.has("Retry-After"));
        CHECK(json_of(refused)["type"] == "urn:imagined:problem:too-many-streams");
    }
    CHECK(s.get(events_path(id)).status == 200);
}

TEST_CASE("a caller has its share of the streams, and one that has it is told the limit") {
    auto options = patient();
    options.api.max_streams = 8;
    options.api.callers = {
        {.name = "greedy", .key = "key-of-greedy"}, {.name = "modest", .key = "key-of-modest"}
    };
    scene s(options);
    const header_list greedy{{"Authorization", "Bearer key-of-greedy"}};
    const auto first = s.get("/v1/events", greedy);
    const auto second = s.get("/v1/events", greedy);
    const auto refused = s.get("/v1/events", greedy);
    CHECK(refused.status == 503);
    CHECK(mentions(json_of(refused)["detail"].get<std::string>(), "2"));
    CHECK(mentions(json_of(refused)["detail"].get<std::string>(), "server.max_streams"));
    CHECK(s.get("/v1/events", {{"Authorization", "Bearer key-of-modest"}}).status == 200);
}

TEST_CASE("watchers share one feed, which closes when nobody has watched for long") {
    auto options = patient();
    options.api.live.kept_for = milliseconds(30);
    scene s(options);
    const std::string id = s.imagine();
    CHECK(s.feeds_opened == 0);
    {
        const auto first = s.get(events_path(id));
        const auto second = s.get(events_path(id));
        CHECK(s.feeds_opened == 1);
        s.run([]() -> awaitable<> { co_await pause_for(milliseconds(100)); });
        CHECK(s.feed.use_count() == 2);
    }
    s.run([&]() -> awaitable<> {
        while (s.feed.use_count() > 1) {
            co_await pause_for(milliseconds(5));
        }
    });
    const auto again = s.get(events_path(id));
    CHECK(s.feeds_opened == 2);
}

TEST_CASE("the stream of all tasks begins with a reset once changes are heard") {
    scene s(patient());
    const auto answer = s.get("/v1/events");
    CHECK(names_in(pull(s, answer)).empty());
    s.feed->on_ready();
    pull_until(s, answer, "event: reset");
    const std::string id = s.imagine();
    s.feed->on_change(id);
    const auto made = event_of(pull_until(s, answer, id), id);
    CHECK(made.name == "task");
    CHECK(made.data["status"] == "waiting");
    CHECK(!made.id.empty());
    // A second stream, while changes are heard, is told to fetch at once.
    CHECK(names_in(pull(s, s.get("/v1/events"))).front() == "reset");
}

TEST_CASE("who comes back to the stream of all tasks is told what it missed, if that is known") {
    scene s(patient());
    const auto first = s.get("/v1/events");
    s.feed->on_ready();
    pull_until(s, first, "event: reset");
    const std::string a = s.imagine();
    s.feed->on_change(a);
    const auto seen = event_of(pull_until(s, first, a), a);
    const std::string b = s.imagine();
    s.feed->on_change(b);
    pull_until(s, first, b);
    const auto missed = events_in(pull_until(s, s.get("/v1/events", after(seen.id)), b));
    for (const event& one : missed) {
        CHECK(one.name != "reset");
        CHECK(!mentions(one.data.dump(), a));
    }
    const auto dash = seen.id.find('-');
    for (const std::string& unknown :
         {"00000000" + seen.id.substr(dash),
          seen.id.substr(0, dash) + "-99999",
          seen.id + "x",
          std::string("7"),
          std::string("-")}) {
        CAPTURE(unknown);
        CHECK(names_in(pull(s, s.get("/v1/events", after(unknown)))).front() == "reset");
    }
}

TEST_CASE("a cut of the feed is a reset for everybody") {
    scene s(patient());
    const auto answer = s.get("/v1/events");
    s.feed->on_ready();
    const auto before = events_in(pull_until(s, answer, "event: reset")).front();
    s.feed->on_ready();
    pull_until(s, answer, "event: reset");
    CHECK(names_in(pull(s, s.get("/v1/events", after(before.id)))).front() == "reset");
}

TEST_CASE("each caller is told of its own tasks, and the operator of all") {
    scene s(listening_callers());
    const auto of_ann = s.get("/v1/events", ann_listening);
    const auto of_root = s.get("/v1/events", root_listening);
    s.feed->on_ready();
    pull_until(s, of_ann, "event: reset");
    pull_until(s, of_root, "event: reset");
    const std::string hers = s.imagine("x", ann_listening);
    const std::string his = s.imagine("x", {{"Api-Key", "b"}});
    const std::string last = s.imagine("x", ann_listening);
    s.feed->on_change(hers + " " + his + " " + last);
    const std::string all = pull_until(s, of_root, his);
    std::string own;
    while (!mentions(own, hers) || !mentions(own, last)) {
        own += pull(s, of_ann);
    }
    CHECK(!mentions(own, his));
    CHECK(mentions(all, R"("caller":"bob")"));
}

TEST_CASE("changes are read once for all streams, and again when the queue did not answer") {
    scene s(patient());
    const auto one = s.get("/v1/events");
    const auto two = s.get("/v1/events");
    s.feed->on_ready();
    pull_until(s, one, "event: reset");
    pull_until(s, two, "event: reset");
    const std::string id = s.imagine();
    const auto asked = s.tasks.follows;
    s.tasks.outage = failure{failure_kind::unavailable, "redis: timeout"};
    s.feed->on_change(id);
    s.run([&]() -> awaitable<> {
        while (s.tasks.follows == asked) {
            co_await pause_for(milliseconds(1));
        }
    });
    s.tasks.outage.reset();
    pull_until(s, one, id);
    pull_until(s, two, id);
    CHECK(s.tasks.follows == asked + 2);
}

TEST_CASE("a reader that fell behind is told to fetch anew") {
    scene s(patient());
    const auto slow = s.get("/v1/events");
    s.feed->on_ready();
    pull_until(s, slow, "event: reset");
    // 16 MB are kept; a task shows its prompt several times.
    std::string ids;
    for (int i = 0; i < 600; ++i) {
        ids += s.imagine(std::string(9000, 'x')) + " ";
    }
    const auto asked = s.tasks.follows;
    s.feed->on_change(ids);
    s.run([&]() -> awaitable<> {
        while (s.tasks.follows < asked + 3) {
            co_await pause_for(milliseconds(1));
        }
    });
    CHECK(names_in(pull(s, slow)).front() == "reset");
}

TEST_CASE("a long poll is answered when the task changes") {
    scene s(patient());
    const std::string id = s.imagine();
    for (const header_list& headers : {header_list{}, header_list{{"Prefer", "wait=30"}}}) {
        const std::string path = "/v1/tasks/" + id + (headers.empty() ? "?wait=30" : "");
        const auto before = s.task(id).record.sequence;
        http::response answer;
        s.run([&]() -> awaitable<> {
            auto asks = [&]() -> awaitable<> { answer = co_await s.ask(path, headers); };
            auto moves = [&]() -> awaitable<> {
                s.tasks.step(id, task::state::leased, {task::event_kind::claimed, {"w"}});
                s.feed->on_change(id);
                co_return;
            };
            co_await (asks() && moves());
        });
        CHECK(json_of(answer)["revision"] == before + 1);
        CHECK(answer.headers.get("Preference-Applied") == (headers.empty() ? "" : "wait=30"));
    }
}

TEST_CASE("a long poll ends when its time is over, with what there is") {
    scene s(patient());
    const std::string id = s.imagine();
    const auto answer = s.get("/v1/tasks/" + id + "?wait=1");
    CHECK(answer.status == 200);
    const std::string etag(answer.headers.get("ETag"));
    CHECK(s.get("/v1/tasks/" + id + "?wait=1", {{"If-None-Match", etag}}).status == 304);
    CHECK(s.get("/v1/tasks/" + id + "/result?wait=1").status == 409);
}

TEST_CASE("a long poll does not wait for what has happened already") {
    scene s(patient());
    const std::string id = s.imagine();
    const std::string etag(s.get("/v1/tasks/" + id).headers.get("ETag"));
    s.tasks.step(id, task::state::leased, {task::event_kind::claimed, {"w"}});
    const auto start = std::chrono::steady_clock::now();
    CHECK(s.get("/v1/tasks/" + id + "?wait=60", {{"If-None-Match", etag}}).status == 200);
    s.tasks.succeed(id);
    CHECK(s.get("/v1/tasks/" + id + "?wait=60").status == 200);
    CHECK(s.get("/v1/tasks/" + id + "/result?wait=60").status == 200);
    CHECK(s.get("/v1/tasks/1760000000009999?wait=60").status == 404);
    CHECK(std::chrono::steady_clock::now() - start < seconds(30));
}

TEST_CASE("a long poll for a result waits over changes, for the end") {
    scene s(patient());
    const std::string id = s.imagine();
    http::response answer;
    s.run([&]() -> awaitable<> {
        auto asks = [&]() -> awaitable<> {
            answer = co_await s.ask("/v1/tasks/" + id + "/result?wait=30");
        };
        auto moves = [&]() -> awaitable<> {
            s.tasks.step(id, task::state::leased, {task::event_kind::claimed, {"w"}});
            s.feed->on_change(id);
            const auto asked = s.tasks.reads;
            while (s.tasks.reads == asked) {
                co_await pause_for(milliseconds(1));
            }
            s.tasks.succeed(id, R"({"action":"IMAGINE","imageUrl":null,"seed":null})");
            s.feed->on_change(id);
        };
        co_await (asks() && moves());
    });
    CHECK(answer.status == 200);
}

TEST_CASE("while the process drains nobody is kept waiting for long") {
    scene s(patient());
    const std::string id = s.imagine();
    s.state.draining = true;
    const auto start = std::chrono::steady_clock::now();
    CHECK(s.get("/v1/tasks/" + id + "?wait=60").status == 200);
    CHECK(std::chrono::steady_clock::now() - start < seconds(30));
}

TEST_CASE("a wait that cannot be read is none") {
    scene s(patient());
    const std::string id = s.imagine();
    const auto start = std::chrono::steady_clock::now();
    for (const char* wait : {"x", "-1", "", "5s", "99999999999999999999"}) {
        CAPTURE(wait);
        CHECK(s.get("/v1/tasks/" + id + "?wait=" + wait).status == 200);
    }
    CHECK(std::chrono::steady_clock::now() - start < seconds(30));
}
