#include "imagined/task/mapping.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <set>
#include <string>
#include <vector>

namespace task = imagined::task;
using task::model;
using task::operation;

namespace {

task::mapped_imagine
map(std::string_view prompt,
    const std::set<model>& served,
    const task::imagine_defaults& defaults = {}) {
    task::imagine_context context;
    context.servable = [served](operation, model m) { return served.contains(m); };
    return task::map_imagine(*task::parse_prompt(prompt), defaults, context);
}

} // namespace

TEST_CASE("a plain prompt becomes a generate of the default model with explicit magic prompt") {
    task::imagine_defaults defaults;
    defaults.images = 3;
    const auto mapped = task::map_imagine(*task::parse_prompt("a fox"), defaults, {});
    task::render_request expected;
    expected.prompt = "a fox";
    expected.images = 3;
    expected.magic = task::magic_prompt::automatic;
    CHECK(mapped.request == expected);
    CHECK(mapped.notes.empty());
    CHECK_FALSE(mapped.mode.has_value());
}

TEST_CASE("the ratio stays as it was asked for") {
    const auto mapped = task::map_imagine(*task::parse_prompt("x --ar 21:9"), {}, {});
    CHECK(mapped.request.aspect == task::ratio{21, 9});
    CHECK(mapped.request.resolution.empty());
}

TEST_CASE("an operation that keeps its picture's shape drops the ratio with a note") {
    const auto mapped =
        task::map_imagine(*task::parse_prompt("x --ar 21:9"), {}, {}, operation::inpaint);
    CHECK_FALSE(mapped.request.aspect.has_value());
    CHECK(
        mapped.notes == std::vector<std::string>{"--ar: inpaint keeps its picture's shape, ignored"}
    );
}

TEST_CASE("a model that nobody serves is replaced by the default and noted") {
    const auto mapped = map("x --v 5", {model::v3});
    CHECK(mapped.request.model == model::v3);
    CHECK(
        mapped.notes
        == std::vector<std::string>{"--v 5 selects V_2, which no backend serves; V_3 was used"}
    );
}

TEST_CASE("niji's model is replaced likewise and its style follows the model that is used") {
    const auto mapped = map("x --niji 6", {model::v3});
    CHECK(mapped.request.model == model::v3);
    CHECK(mapped.request.style_type == "FICTION");
    CHECK(mapped.notes.at(0) == "--niji 6 selects V_2, which no backend serves; V_3 was used");
}

TEST_CASE("a missing turbo model is replaced by its base before the default") {
    const auto mapped = map("x --v 5 --turbo", {model::v2, model::v3});
    CHECK(mapped.request.model == model::v2);
    CHECK(mapped.notes == std::vector<std::string>{"no backend serves V_2_TURBO; V_2 was used"});
}

TEST_CASE("the default that steps in keeps the wished pace") {
    task::imagine_defaults defaults;
    defaults.default_model = model::v1;
    CHECK(
        map("x --v 5 --turbo", {model::v1, model::v1_turbo}, defaults).request.model
        == model::v1_turbo
    );
    CHECK(map("x --v 5 --turbo", {model::v1}, defaults).request.model == model::v1);
    const auto v3 = map("x --v 5 --turbo", {model::v3});
    CHECK(v3.request.model == model::v3);
    CHECK(v3.request.speed == task::rendering_speed::turbo);
}

TEST_CASE("a model that --v selects and somebody serves is used without a note") {
    const auto mapped = map("x --v 5", {model::v2});
    CHECK(mapped.request.model == model::v2);
    CHECK(mapped.notes.empty());
}

TEST_CASE("when nobody serves anything the selected model stays, for the caller to refuse") {
    const auto mapped = map("x --v 5", {});
    CHECK(mapped.request.model == model::v2);
    CHECK(mapped.notes.empty());
}

TEST_CASE("servability is asked for the operation at hand") {
    std::set<operation> asked;
    task::imagine_context context;
    context.servable = [&asked](operation what, model) {
        asked.insert(what);
        return true;
    };
    task::map_imagine(*task::parse_prompt("x"), {}, context, operation::remix);
    CHECK(asked == std::set<operation>{operation::remix});
}

TEST_CASE("--niji beside --v chooses the model, and the other one is noted") {
    const auto mapped = task::map_imagine(*task::parse_prompt("x --v 6 --niji"), {}, {});
    CHECK(mapped.request.model == model::v2);
    CHECK(mapped.notes == std::vector<std::string>{"--v 6: niji chooses the model, ignored"});
}

TEST_CASE("an anime style needs no comma in an empty prompt") {
    task::imagine_defaults defaults;
    defaults.versions["niji"] = model::v3;
    const auto mapped = task::map_imagine(
        *task::parse_prompt("https://x/a.png --niji"), defaults, {}, operation::remix
    );
    CHECK(mapped.request.prompt == "anime style");
}

TEST_CASE("a seed beyond 31 bits folds onto its low bits") {
    CHECK(task::fold_seed(0) == 0);
    CHECK(task::fold_seed(2147483647) == 2147483647);
    CHECK(task::fold_seed(2147483648) == 0);
    CHECK(task::fold_seed(4294967295) == 2147483647);
}

TEST_CASE("an image weight is always within Ideogram's range") {
    for (const bool wide : {true, false}) {
        int last = 0;
        for (double iw = -1; iw <= 5; iw += .01) {
            const int weight = task::image_weight_of(iw, wide);
            CHECK(weight >= 1);
            CHECK(weight <= 100);
            CHECK(weight >= last);
            last = weight;
        }
        CHECK(task::image_weight_of(std::numeric_limits<double>::quiet_NaN(), wide) == 1);
        CHECK(task::image_weight_of(std::numeric_limits<double>::infinity(), wide) == 100);
    }
}
