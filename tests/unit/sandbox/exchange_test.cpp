#include "documents.hpp"
#include "running_sandbox.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

namespace imagined::sandbox {

namespace {

using backend::backend_options;
using backend::dialect_names;
using backend::key_effect;
using backend::verdict;

using nlohmann::json;
using task::model;
using task::operation;
using test::a_request;
using test::running_sandbox;

task::render_request servable(operation what, model with) {
    auto request = a_request(what, with);
    request.images = 2;
    request.negative_prompt = "snow";
    request.aspect = task::ratio{3, 2};
    request.style_type = "DESIGN";
    if (what != operation::generate && what != operation::generate_transparent) {
        request.pictures = {{"1", 1}};
    }
    if (what == operation::edit || what == operation::inpaint) {
        request.mask = task::picture_ref{"1", 2};
    }
    return request;
}

} // namespace

TEST_CASE("every call that a dialect can write, its strict upstream accepts and answers") {
    running_sandbox upstream;
    for (const auto name : dialect_names()) {
        const auto through = upstream.a_backend(std::string(name));
        for (const operation what : task::all_operations) {
            for (const model with : task::all_models) {
                if (!through->serves(what, with)) {
                    continue;
                }
                CAPTURE(name);
                CAPTURE(task::to_string(what));
                CAPTURE(task::to_string(with));
                const auto request = servable(what, with);
                const auto plan = through->speaks().plan(request);
                const auto got = upstream.call(*through, request, plan.at(0));
                CAPTURE(got.detail);
                REQUIRE(got.what == verdict::answered);
                if (what == operation::describe) {
                    CHECK(got.answer->descriptions.size() == 2);
                } else {
                    CHECK(got.answer->pictures.size() == static_cast<std::size_t>(plan[0].count));
                    CHECK(got.answer->pictures.at(0).safe);
                }
            }
        }
    }
}

TEST_CASE("a generated picture can be fetched and has the stated size") {
    running_sandbox upstream;
    for (const std::string name : {"official", "camel"}) {
        CAPTURE(name);
        const auto through = upstream.a_backend(name);
        auto request = a_request();
        request.aspect = task::ratio{16, 9};
        request.images = 2;
        const auto got = upstream.call(*through, request, {.count = 2});
        REQUIRE(got.what == verdict::answered);
        std::set<std::string> different;
        for (const auto& picture : got.answer->pictures) {
            CHECK(picture.resolution == "1312x736");
            const auto bytes = upstream.fetch(*through, picture.url);
            REQUIRE(bytes.has_value());
            CHECK(size_of_picture(*bytes) == pixel_size{1312, 736});
            different.insert(*bytes);
        }
        CHECK(different.size() == 2);
    }
}

TEST_CASE("the same prompt and seed give the same bytes, another seed others") {
    running_sandbox upstream;
    const auto through = upstream.a_backend("official");
    const auto drawn = [&](std::int64_t seed) {
        auto request = a_request(operation::generate, model::v2);
        request.seed = seed;
        const auto got = upstream.call(*through, request, {.seed = seed});
        CHECK(got.answer->pictures.at(0).seed == seed);
        return upstream.fetch(*through, got.answer->pictures.at(0).url).value();
    };
    const auto first = drawn(7);
    CHECK(first == drawn(7));
    CHECK(first != drawn(8));
}

TEST_CASE("scripted trouble is understood for what it is") {
    struct row {
        json ordered;
        verdict what;
        key_effect key;
    };

    const std::vector<row> rows{
        {{{"status", 503}, {"headers", {{"Retry-After", "3"}}}},
         verdict::not_started,
         key_effect::cool},
        {{{"status", 429}}, verdict::not_started, key_effect::cool},
        {{{"status", 401}}, verdict::not_started, key_effect::disable},
        {{{"status", 422}, {"body", {{"error", "failed safety check"}}}},
         verdict::refused,
         key_effect::none},
        {{{"status", 500}}, verdict::unknowable, key_effect::none},
        {{{"html", 504}}, verdict::unknowable, key_effect::none},
        {{{"drop", "before_read"}}, verdict::unknowable, key_effect::none},
        {{{"drop", "after_read"}}, verdict::unknowable, key_effect::none},
        {{{"truncate", true}}, verdict::unknowable, key_effect::none},
        {{{"created", "space"}}, verdict::answered, key_effect::none}
    };
    running_sandbox upstream;
    const auto through = upstream.a_backend("camel");
    for (const auto& r : rows) {
        CAPTURE(r.ordered.dump());
        upstream.order(r.ordered);
        const auto got = upstream.call(*through, a_request());
        CAPTURE(got.detail);
        CHECK(got.what == r.what);
        CHECK(got.key == r.key);
    }
}

TEST_CASE("Retry-After of a scripted 503 reaches the caller") {
    running_sandbox upstream;
    upstream.order({{"status", 503}, {"headers", {{"Retry-After", "3"}}}});
    const auto got = upstream.call(*upstream.a_backend("official"), a_request());
    CHECK(got.retry_after == seconds(3));
}

TEST_CASE("withheld pictures stay in their places") {
    running_sandbox upstream;
    upstream.order({{"unsafe", {0, 2}}, {"unsafe_url", "absent"}});
    auto request = a_request();
    request.images = 4;
    const auto got = upstream.call(*upstream.a_backend("official"), request, {.count = 4});
    std::vector<bool> safe;
    for (const auto& picture : got.answer->pictures) {
        safe.push_back(picture.safe);
    }
    CHECK(safe == std::vector<bool>{false, true, false, true});
}

TEST_CASE("nobody listening means that the call did not start") {
    asio::io_context context(1);
    std::string address;
    {
        running_sandbox gone;
        address = gone.address();
    }
    running_sandbox here;
    backend_options options;
    options.name = "gone";
    options.base_url = "http://" + address;
    options.keys = {"sk-secret-0001"};
    const auto through =
        imagined::backend::backend::create(here.context().get_executor(), options, {}).value();
    const auto got = here.call(*through, a_request());
    CHECK(got.what == verdict::not_started);
    CHECK(got.key == key_effect::cool);
}

TEST_CASE("a key that the upstream repeats appears nowhere in the outcome") {
    running_sandbox upstream;
    const auto through = upstream.a_backend("official", "sk-secret-0001");
    for (const int status : {400, 401, 500}) {
        upstream.order({{"status", status}, {"body", {{"error", "bad key sk-secret-0001 !"}}}});
        const auto got = upstream.call(*through, a_request());
        for (const auto& text : {got.detail, got.reason.zh, got.reason.en}) {
            CHECK(text.find("sk-secret-0001") == std::string::npos);
        }
    }
}

TEST_CASE("a key that lies across the end of the quoted words is not quoted in part") {
    running_sandbox upstream;
    const auto through = upstream.a_backend("official", "sk-secret-0001");
    for (const int status : {200, 401, 500}) {
        const std::string words = std::string(190, 'x') + "sk-secret-0001";
        upstream.order({{"status", status}, {"body", {{"error", words}}}});
        const auto got = upstream.call(*through, a_request());
        for (const auto& text : {got.detail, got.reason.zh, got.reason.en}) {
            CHECK(text.find("sk-secret") == std::string::npos);
        }
    }
}

TEST_CASE("a key that a paid answer repeats is not kept in its raw text") {
    running_sandbox upstream;
    const auto through = upstream.a_backend("official", "sk-secret-0001");
    upstream.order({{"status", 200}, {"body", {{"data", {{{"prompt", "sk-secret-0001"}}}}}}});
    const auto paid = upstream.call(*through, a_request());
    REQUIRE(paid.what == verdict::answered);
    CHECK(paid.answer->raw.find("sk-secret-0001") == std::string::npos);
}

TEST_CASE("a success that says only the key is unknowable, and says nothing of it") {
    running_sandbox upstream;
    const auto through = upstream.a_backend("official", "sk-secret-0001");
    upstream.order({{"status", 200}, {"body", {{"error", "bad key sk-secret-0001 !"}}}});
    const auto got = upstream.call(*through, a_request());
    CHECK(got.what == verdict::unknowable);
    CHECK(got.detail.find("bad key") != std::string::npos);
    CHECK(got.detail.find("sk-secret-0001") == std::string::npos);
}

TEST_CASE("a slot of another process is not called with") {
    running_sandbox upstream;
    const auto through = upstream.a_backend("official");
    const bool sent = test::run_on<bool>(upstream.context(), [&]() -> awaitable<bool> {
        const auto call = co_await through->begin({}, "other:0123456789ab", milliseconds(1000));
        co_return call != nullptr;
    });
    CHECK_FALSE(sent);
    CHECK(upstream.ledger()["calls"].empty());
}

TEST_CASE("a call without an answer within its limit is unknowable") {
    running_sandbox upstream;
    upstream.order({{"delay_ms", 60000}});
    const auto through = upstream.a_backend("official");
    const auto got = upstream.call(*through, a_request(), {}, milliseconds(100));
    CHECK(got.what == verdict::unknowable);
    CHECK(upstream.ledger()["billed_calls"] == 1);
}

} // namespace imagined::sandbox
