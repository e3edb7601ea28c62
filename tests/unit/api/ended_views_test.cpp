#include "views/ended_views.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using api::ended_views;
using api::shown_view;

namespace {

const queue::scope ann{"ann", false};
const queue::scope bob{"bob", false};
const queue::scope everybody{"", true};
const ended_views::time_point start = ended_views::time_point() + std::chrono::hours(1);

shown_view view_of(std::string text) {
    return {std::make_shared<const std::string>(std::move(text)), "W/\"1\""};
}

} // namespace

TEST_CASE("a view is shown to its caller and to who sees all, and to nobody else") {
    ended_views views;
    views.keep("17", "ann", view_of("{}"), start);
    REQUIRE(views.find(ann, "17", start) != nullptr);
    CHECK(*views.find(ann, "17", start)->text == "{}");
    CHECK(views.find(everybody, "17", start) != nullptr);
    CHECK(views.find(bob, "17", start) == nullptr);
    CHECK(views.find(ann, "18", start) == nullptr);
}

TEST_CASE("no view is shown for longer than its time") {
    ended_views views;
    views.keep("17", "ann", view_of("{}"), start);
    const auto late = start + ended_views::kept_for - std::chrono::milliseconds(1);
    views.keep("18", "ann", view_of("{}"), late);
    CHECK(views.find(ann, "17", late) != nullptr);
    CHECK(views.find(ann, "17", start + ended_views::kept_for) == nullptr);
    // The younger one goes with it, and may come back.
    CHECK(views.find(ann, "18", start + ended_views::kept_for) == nullptr);
    views.keep("18", "ann", view_of("{}"), start + ended_views::kept_for);
    CHECK(views.find(ann, "18", start + ended_views::kept_for) != nullptr);
}

TEST_CASE("views have a bound, and room again after their time") {
    ended_views views;
    const std::string big(ended_views::max_bytes / 4, 'x');
    for (int i = 0; i < 5; ++i) {
        views.keep(std::to_string(i), "ann", view_of(big), start);
    }
    CHECK(views.find(ann, "3", start) != nullptr);
    CHECK(views.find(ann, "4", start) == nullptr);
    const auto later = start + ended_views::kept_for;
    views.keep("4", "ann", view_of(big), later);
    CHECK(views.find(ann, "4", later) != nullptr);
}
