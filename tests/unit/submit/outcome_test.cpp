#include "imagined/submit/outcome.hpp"

#include "imagined/submit/json_body.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace imagined;
using namespace imagined::submit;

TEST_CASE("the code of an accepted submit tells what the client is to do next") {
    using state = accepted::state;
    CHECK(accepted{.id = "1", .now = state::starts}.what() == code::accepted);
    CHECK(accepted{.id = "1", .now = state::stands}.what() == code::accepted);
    CHECK(accepted{.id = "1", .now = state::waits}.what() == code::in_queue);
    CHECK(accepted{.id = "1", .now = state::asks}.what() == code::modal);
}

TEST_CASE("a field that cannot be used is named in the refusal and in its text") {
    const refusal made = refuse_field("index", {"应为整数", "expected an integer"});
    CHECK(made.field == "index");
    CHECK(made.why.en == "index: expected an integer");
    CHECK(made.why.zh == "index: 应为整数");
    CHECK(made.what == code::bad_request);
    CHECK(made.status == 0);
}

TEST_CASE("a failure is told by its kind, and its detail to nobody") {
    const std::string secret = "redis at 10.0.0.7";

    struct told {
        failure_kind kind;
        int status;
    };

    for (const told& one :
         {told{failure_kind::not_found, 404},
          told{failure_kind::conflict, 409},
          told{failure_kind::unavailable, 503},
          told{failure_kind::throttled, 503},
          told{failure_kind::cancelled, 503},
          told{failure_kind::corrupt, 500},
          told{failure_kind::invalid, 500}}) {
        CAPTURE(one.status);
        const refusal made = failed({one.kind, secret}, "submit a task");
        CHECK(made.status == one.status);
        CHECK((made.retry_after > seconds(0)) == (one.status == 503));
        CHECK((made.what == code::failed) == (one.status >= 500));
        CHECK(made.why.en.find(secret) == std::string::npos);
    }
}

TEST_CASE("the first field of a body that cannot be used is the one that is told") {
    auto parsed = json_body::parse(R"({"index":"x","state":{"a":1}})");
    auto& body = std::get<json_body>(parsed);
    body.integer("index");
    body.text("state");
    REQUIRE(body.error().has_value());
    CHECK(body.error()->field == "index");
}

TEST_CASE("a body that is no JSON needs a status of its own, one that is too long does not") {
    const auto status_of = [](const std::string& text) {
        return std::get<refusal>(json_body::parse(text)).status;
    };
    CHECK(status_of("{") == 400);
    CHECK(status_of("[1]") == 0);
    CHECK(status_of(R"({"prompt":")" + std::string(max_prompt_bytes + 1, 'x') + "\"}") == 0);
}
