// Dialect by operation by model: every cell that its documents have is drawn by the strict
// simulator, and every cell that they do not have is refused before anything is sent.
#include "running_sandbox.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace imagined::sandbox {

namespace {

using backend::verdict;

using task::model;
using task::operation;

using cell = std::pair<operation, model>;

const std::vector<model> older{
    model::v1, model::v1_turbo, model::v2, model::v2_turbo, model::v2a, model::v2a_turbo
};
const std::vector<model> one_and_two{model::v1, model::v1_turbo, model::v2, model::v2_turbo};
const std::vector<model> twos{model::v2, model::v2_turbo};
const std::vector<model> three{model::v3};
const std::vector<model> any(task::all_models.begin(), task::all_models.end());

// ideogram-api.md §2, §4 and §9, written out by hand.
class table {
public:
    table& has(const std::vector<operation>& what, const std::vector<model>& with) {
        for (const operation one : what) {
            for (const model m : with) {
                cells_.insert({one, m});
            }
        }
        return *this;
    }

    bool contains(const cell& wanted) const { return cells_.contains(wanted); }

private:
    std::set<cell> cells_;
};

table documented_by(std::string_view dialect) {
    using enum operation;
    // upstream-specs.md §4.2
    const std::vector<operation> family{
        generate, remix, edit, inpaint, reframe, replace_background
    };
    table made;
    if (dialect == "official") {
        made.has({generate, remix}, older)
            .has({edit, inpaint, reframe}, twos)
            .has({generate, remix, edit, inpaint, reframe}, three)
            .has({replace_background, generate_transparent}, three)
            .has({upscale, describe, remove_background, instruct_edit}, any);
    } else if (dialect == "camel") {
        made.has({generate, remix}, older)
            .has({edit, inpaint}, twos)
            .has({generate, remix, edit, inpaint, reframe, replace_background}, three)
            .has({upscale, describe}, any);
    } else if (dialect == "crazyrouter") {
        made.has({generate, remix}, twos)
            .has({generate, edit, inpaint}, three)
            .has({upscale, describe}, any);
    } else if (dialect == "relay") {
        made.has({generate, remix}, one_and_two).has(family, three).has({upscale, describe}, any);
    } else if (dialect == "quickrouter") {
        made.has({generate}, one_and_two).has(family, three);
    } else {
        made.has({generate}, one_and_two);
    }
    return made;
}

// Says all that the operation needs, and no more.
task::render_request request_for(const cell& wanted) {
    auto request = test::a_request(wanted.first, wanted.second);
    using enum operation;
    if (wanted.first != generate && wanted.first != generate_transparent) {
        request.pictures = {{"picture", 1}};
    }
    if (wanted.first == edit || wanted.first == inpaint) {
        request.mask = task::picture_ref{"mask", 2};
    }
    if (wanted.first == reframe) {
        request.resolution = "1280x800";
    }
    return request;
}

std::string name_of(std::string_view dialect, const cell& one) {
    return fmt::format(
        "{} {} {}", dialect, task::to_string(one.first), task::to_string(one.second)
    );
}

void draw(
    test::running_sandbox& simulated, imagined::backend::backend& through, const cell& wanted
) {
    const auto request = request_for(wanted);
    const auto came = simulated.call(through, request);
    REQUIRE_MESSAGE(came.what == verdict::answered, came.detail);
    if (wanted.first == operation::describe) {
        CHECK_FALSE(came.answer->descriptions.empty());
        return;
    }
    REQUIRE(came.answer->pictures.size() == 1);
    CHECK(came.answer->pictures[0].safe);
    CHECK_FALSE(came.answer->pictures[0].url.empty());
}

void refuse(imagined::backend::backend& through, const cell& wanted) {
    const auto source = [](const task::picture_ref&) -> result<std::string> { return "x"; };
    const auto body = through.speaks().encode(request_for(wanted), {}, source, source);
    REQUIRE_FALSE(body.has_value());
    CHECK(body.error().kind == failure_kind::invalid);
    CHECK(body.error().detail.find(task::to_string(wanted.first)) != std::string::npos);
    CHECK(body.error().detail.find(task::to_string(wanted.second)) != std::string::npos);
}

void check_dialect(const std::string& dialect) {
    test::running_sandbox simulated;
    const auto through = simulated.a_backend(dialect);
    const table wanted = documented_by(dialect);
    for (const operation what : task::all_operations) {
        for (const model with : task::all_models) {
            const cell one{what, with};
            CAPTURE(name_of(dialect, one));
            REQUIRE(through->serves(what, with) == wanted.contains(one));
            if (wanted.contains(one)) {
                draw(simulated, *through, one);
            } else {
                refuse(*through, one);
            }
        }
    }
    const auto ledger = simulated.ledger();
    for (const auto& call : ledger["calls"]) {
        CHECK(call["outcome"] == "HTTP 200");
    }
}

} // namespace

TEST_CASE("matrix: official") {
    check_dialect("official");
}

TEST_CASE("matrix: camel") {
    check_dialect("camel");
}

TEST_CASE("matrix: mjdjourney") {
    check_dialect("mjdjourney");
}

TEST_CASE("matrix: quickrouter") {
    check_dialect("quickrouter");
}

TEST_CASE("matrix: crazyrouter") {
    check_dialect("crazyrouter");
}

TEST_CASE("matrix: relay") {
    check_dialect("relay");
}

} // namespace imagined::sandbox
