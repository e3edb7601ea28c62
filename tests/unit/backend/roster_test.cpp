#include "tests/support/a_request.hpp"

#include "imagined/backend/roster.hpp"
#include "imagined/base/bytes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace imagined::backend {

namespace {

using test::a_request;

class a_roster {
public:
    a_roster& with(std::string name, std::string dialect, int priority = 0, int weight = 1) {
        backend_options options;
        options.name = std::move(name);
        options.dialect = std::move(dialect);
        options.base_url = "https://upstream.example";
        options.keys = {options.name + "-key-1", options.name + "-key-2"};
        options.priority = priority;
        options.weight = weight;
        return with(std::move(options));
    }

    a_roster& with(backend_options options) {
        members_.push_back(backend::create(context_.get_executor(), std::move(options), {}).value()
        );
        return *this;
    }

    roster made() { return roster(std::move(members_)); }

private:
    asio::io_context context_{1};
    std::vector<std::unique_ptr<backend>> members_;
};

// The backends in order of first appearance.
std::vector<std::string> order_of(const std::vector<key_slot>& slots) {
    std::vector<std::string> names;
    for (const auto& slot : slots) {
        const std::string name = slot.name.substr(0, slot.name.find(':'));
        if (std::find(names.begin(), names.end(), name) == names.end()) {
            names.push_back(name);
        }
    }
    return names;
}

} // namespace

TEST_CASE("a lower priority comes first whatever the dice say") {
    a_roster builder;
    const roster all =
        builder.with("b", "official", 2).with("a", "official", 1).with("c", "camel", 3).made();
    for (std::uint64_t dice = 0; dice < 50; ++dice) {
        CHECK(
            order_of(all.candidates(a_request(), dice)) == std::vector<std::string>{"a", "b", "c"}
        );
    }
}

TEST_CASE("a backend that can express every flag comes before one that cannot") {
    a_roster builder;
    const roster all = builder.with("camel", "camel", 0).with("ideogram", "official", 9).made();
    auto request = a_request();
    CHECK(order_of(all.candidates(request, 1)).front() == "camel");
    request.style_type = "FICTION";
    CHECK(order_of(all.candidates(request, 1)).front() == "ideogram");
    CHECK(order_of(all.candidates("generate/V_3", 1)).front() == "camel");
}

TEST_CASE("among equals each comes first as often as its weight says") {
    a_roster builder;
    const roster all = builder.with("one", "official", 0, 1).with("three", "official", 0, 3).made();
    int heavy = 0;
    constexpr int throws = 4000;
    for (std::uint64_t dice = 0; dice < throws; ++dice) {
        heavy += order_of(all.candidates(a_request(), dice)).front() == "three" ? 1 : 0;
    }
    CHECK(heavy > throws * 3 / 4 - throws / 20);
    CHECK(heavy < throws * 3 / 4 + throws / 20);
}

TEST_CASE("equal dice give equal orders, and every key gets its turn") {
    a_roster builder;
    const roster all = builder.with("one", "official").with("two", "official").made();
    std::map<std::string, int> first;
    for (std::uint64_t dice = 0; dice < 400; ++dice) {
        const auto a = all.candidates("generate/V_2", dice);
        const auto b = all.candidates("generate/V_2", dice);
        CHECK(std::equal(a.begin(), a.end(), b.begin(), b.end(), [](auto& x, auto& y) {
            return x.name == y.name;
        }));
        CHECK(a.size() == 4);
        ++first[a.front().name];
    }
    CHECK(first.size() == 4);
    for (const auto& [name, count] : first) {
        CAPTURE(name);
        CHECK(count > 50);
    }
}

TEST_CASE("models and operations of the configuration narrow what is served") {
    backend_options options;
    options.name = "narrow";
    options.base_url = "https://upstream.example";
    options.keys = {"sk-1234567"};
    options.models = {task::model::v2};
    options.operations = {task::operation::generate, task::operation::upscale};
    a_roster builder;
    const roster all = builder.with(options).made();
    CHECK(all.serves(task::operation::generate, task::model::v2));
    CHECK_FALSE(all.serves(task::operation::generate, task::model::v3));
    CHECK_FALSE(all.serves(task::operation::remix, task::model::v2));
    // An upscale has no model that could be excluded.
    CHECK(all.serves(task::operation::upscale, task::model::v3));
    CHECK(all.candidates(a_request(), 1).empty());
    CHECK(all.candidates("nonsense", 1).empty());
}

TEST_CASE("a slot's name is the backend and a digest, and leads back to its owner") {
    a_roster builder;
    const roster all = builder.with("one", "official").with("two", "camel").made();
    const auto& slots = all.find("two")->slots();
    CHECK(slots.at(0).name == "two:" + sha256_hex("two-key-1").substr(0, 12));
    CHECK(slots.at(0).limit == 10);
    CHECK(all.owner_of(slots.at(1).name) == all.find("two"));
    CHECK(all.owner_of("three:000000000000") == nullptr);
    CHECK(all.find("three") == nullptr);
}

TEST_CASE("a backend that is configured wrongly is refused by backend and field") {
    struct row {
        std::string field;
        std::function<void(backend_options&)> spoil;
    };

    const std::vector<row> rows{
        {"dialect", [](auto& o) { o.dialect = "nobody"; }},
        {"base_url", [](auto& o) { o.base_url = "ftp://x"; }},
        {"base_url", [](auto& o) { o.base_url = "https://x/?a=b"; }},
        {"keys", [](auto& o) { o.keys.clear(); }},
        {"keys", [](auto& o) { o.keys = {""}; }},
        {"keys", [](auto& o) { o.keys = {"a\r\nb"}; }},
        {"concurrency", [](auto& o) { o.concurrency = 0; }},
        {"weight", [](auto& o) { o.weight = 0; }},
        {"timeout", [](auto& o) { o.timeout = milliseconds(0); }},
        {"max_spend_per_day", [](auto& o) { o.max_spend_per_day = -1; }},
        {"prices", [](auto& o) { o.prices = {{"draw", 1}}; }},
        {"ca_file", [](auto& o) { o.ca_file = "/nonexistent.pem"; }}
    };
    asio::io_context context(1);
    for (const auto& r : rows) {
        backend_options options;
        options.name = "b1";
        options.base_url = "https://upstream.example";
        options.keys = {"sk-1234567"};
        r.spoil(options);
        const auto made = backend::create(context.get_executor(), options, {});
        REQUIRE(made.has_error());
        CHECK(made.error().kind == failure_kind::invalid);
        CHECK(made.error().detail.starts_with("backend \"b1\": " + r.field));
    }
}

TEST_CASE("a link's expiry is its exp parameter") {
    CHECK(link_expiry("https://x/a.png?exp=1734370337&sig=1") == 1734370337);
    CHECK(link_expiry("https://x/a.png?sig=1&exp=17#exp=18") == 17);
    CHECK_FALSE(link_expiry("https://x/a.png"));
    CHECK_FALSE(link_expiry("https://x/a.png?exp=soon"));
    CHECK_FALSE(link_expiry("https://x/a.png?sig=exp=7"));
}

TEST_CASE("where nothing may be dropped, only backends that can say all of it are asked") {
    a_roster builder;
    builder.with("plain", "camel", 0).with("rich", "official", 1);
    const roster all = builder.made();
    auto request = a_request(task::operation::generate);
    request.style_preset = "BAUHAUS"; // not in camel's documents
    CHECK(order_of(all.candidates(request, 7)) == std::vector<std::string>{"rich", "plain"});
    CHECK(all.lane_of(request) == "generate/V_3/1");
    request.may_drop = false;
    CHECK(order_of(all.candidates(request, 7)) == std::vector<std::string>{"rich"});
    CHECK(all.lane_of(request) == "generate/V_3/1@rich");
    CHECK(order_of(all.candidates("generate/V_3/1@rich", 7)) == std::vector<std::string>{"rich"});
    CHECK(all.obstacles(request).empty());
    request.style_preset.clear();
    CHECK(all.lane_of(request) == "generate/V_3/1");
    CHECK(all.candidates(request, 7).size() == 4);
}

TEST_CASE("a lane says how many pictures the first call of its tasks asks for") {
    a_roster builder;
    const roster all = builder.with("ideogram", "official").with("plain", "camel", 1).made();
    auto request = a_request();
    request.images = 4;
    CHECK(all.lane_of(request) == "generate/V_3/4");
    CHECK(all.candidates(request, 7).front().asks == 4);
    CHECK(all.candidates("generate/V_3/4", 7).front().asks == 4);
    request.seed = 7; // one call a picture
    CHECK(all.lane_of(request) == "generate/V_3/1");
    CHECK(all.candidates("generate/V_3/1", 7).front().asks == 1);
    CHECK(all.lane_of(a_request(task::operation::describe)) == "describe/V_3/1");
}

TEST_CASE("tasks of the version before wait where it is not said, and an imagine is assumed") {
    a_roster builder;
    const roster all = builder.with("ideogram", "official").made();
    CHECK(all.candidates("generate/V_3", 7).front().asks == 4);
    CHECK(all.candidates("describe/V_3", 7).front().asks == 1);
    CHECK(all.candidates("generate/V_3@ideogram", 7).size() == 2);
    for (const char* broken : {"generate/V_3/x", "generate/V_3/0", "generate"}) {
        CAPTURE(broken);
        CHECK(all.candidates(broken, 7).empty());
    }
}

TEST_CASE("the keys of a backend have their group's limits") {
    backend_options options;
    options.name = "one";
    options.base_url = "https://upstream.example";
    options.keys = {"a", "b"};
    options.pictures = 10;
    options.limit_group = "team";
    a_roster builder;
    builder.with(options);
    options.name = "two";
    options.limit_group = own_limits;
    const roster all = builder.with(options).made();
    for (const auto& slot : all.find("one")->slots()) {
        CHECK(slot.group == "team");
        CHECK(slot.pictures == 10);
    }
    CHECK(all.find("two")->slots().front().group.empty());
}

TEST_CASE("what no backend can say is named") {
    a_roster builder;
    builder.with("one", "camel").with("two", "crazyrouter");
    const roster all = builder.made();
    auto request = a_request(task::operation::generate);
    request.may_drop = false;
    request.seed = 7;
    request.style_preset = "BAUHAUS";
    CHECK(all.candidates(request, 7).empty());
    CHECK(all.obstacles(request) == std::vector<std::string>{"style_preset BAUHAUS"});
}

} // namespace imagined::backend
