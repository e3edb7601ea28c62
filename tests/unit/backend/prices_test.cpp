#include "tests/support/a_request.hpp"

#include "imagined/backend/prices.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace imagined::backend {

namespace {

using task::model;
using task::operation;
using task::rendering_speed;

std::int64_t price(
    operation what,
    model with,
    rendering_speed speed = rendering_speed::standard,
    const price_overrides& overrides = {}
) {
    auto request = test::a_request(what, with);
    request.speed = speed;
    return price_table::with(overrides).value().of_picture(request);
}

} // namespace

TEST_CASE("V3 costs what the document's table says") {
    struct row {
        rendering_speed speed;
        std::int64_t generate;
        std::int64_t edit;
    };

    for (const auto& r : std::vector<row>{
             {rendering_speed::flash, 30000, 30000},
             {rendering_speed::turbo, 30000, 60000},
             {rendering_speed::standard, 60000, 60000},
             {rendering_speed::quality, 90000, 90000}
         }) {
        CHECK(price(operation::generate, model::v3, r.speed) == r.generate);
        CHECK(price(operation::remix, model::v3, r.speed) == r.generate);
        CHECK(price(operation::edit, model::v3, r.speed) == r.edit);
        CHECK(price(operation::reframe, model::v3, r.speed) == r.edit);
        CHECK(price(operation::replace_background, model::v3, r.speed) == r.edit);
    }
}

TEST_CASE("older models cost what the document's table says") {
    CHECK(price(operation::generate, model::v1) == 60000);
    CHECK(price(operation::generate, model::v1_turbo) == 20000);
    CHECK(price(operation::remix, model::v2) == 80000);
    CHECK(price(operation::edit, model::v2_turbo) == 50000);
    CHECK(price(operation::generate, model::v2a) == 40000);
    CHECK(price(operation::generate, model::v2a_turbo) == 25000);
    CHECK(price(operation::upscale, model::v2) == 60000);
    CHECK(price(operation::describe, model::v3) == 10000);
    CHECK(price(operation::instruct_edit, model::v3) == 200000);
}

TEST_CASE("a character reference and an upscale factor raise the price") {
    auto request = test::a_request();
    request.character_references = {{"1", 1}};
    CHECK(price_table().of_picture(request) == 150000);
    request = test::a_request(operation::generate_transparent);
    CHECK(price_table().of_picture(request) == 70000);
    request.upscale_factor = "X4";
    CHECK(price_table().of_picture(request) == 230000);
}

TEST_CASE("the most special override decides") {
    const price_overrides all{
        {"generate", 0.5}, {"V_3/generate", 0.4}, {"V_3/TURBO/generate", 0.025}
    };
    CHECK(price(operation::generate, model::v3, rendering_speed::turbo, all) == 25000);
    CHECK(price(operation::generate, model::v3, rendering_speed::quality, all) == 400000);
    CHECK(price(operation::generate, model::v2, rendering_speed::standard, all) == 500000);
    CHECK(price(operation::upscale, model::v2, rendering_speed::standard, all) == 60000);
}

TEST_CASE("an override that names nothing, or is negative, is refused by its key") {
    for (const auto& [key, value] : price_overrides{
             {"V_9/generate", 1},
             {"V_3/SLOW/generate", 1},
             {"V_2/TURBO/generate", 1},
             {"draw", 1},
             {"", 1},
             {"V_3/TURBO/generate/x", 1},
             {"upscale", -0.1},
             {"describe", 1e9}
         }) {
        const auto made = price_table::with({{key, value}});
        REQUIRE(made.has_error());
        CHECK(made.error().kind == failure_kind::invalid);
        CHECK(made.error().detail.find("\"" + key + "\"") != std::string::npos);
    }
}

} // namespace imagined::backend
