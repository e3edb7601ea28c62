#include "mistyped.hpp"

#include <doctest/doctest.h>

using namespace imagined;

namespace {

app::offered_command named(std::string name, std::vector<app::offered_command> under = {}) {
    app::offered_command made;
    made.name = std::move(name);
    made.commands = std::move(under);
    return made;
}

app::offered_command a_program() {
    auto task = named("task", {named("show"), named("retry"), named("retry-callback")});
    app::offered_option config;
    config.name = "--config";
    config.takes_value = true;
    task.options.push_back(config);
    return named("imagined", {named("serve"), named("check-config"), named("queue"), task});
}

std::string answer_to(std::vector<std::string> words) {
    return app::mistyped_command(a_program(), words);
}

} // namespace

TEST_CASE("a mistyped command is answered with the nearest one") {
    CHECK(answer_to({"sevre"}) == R"(there is no command "sevre"; did you mean "serve"?)");
    CHECK(answer_to({"taks", "show"}) == R"(there is no command "taks"; did you mean "task"?)");
    CHECK(
        answer_to({"checkconfig"})
        == R"(there is no command "checkconfig"; did you mean "check-config"?)"
    );
    CHECK(answer_to({"check"}) == R"(there is no command "check"; did you mean "check-config"?)");
    CHECK(
        answer_to({"task", "shwo", "1"})
        == R"(there is no command "task shwo"; did you mean "task show"?)"
    );
}

TEST_CASE("a verb without its command is found under it") {
    CHECK(answer_to({"show", "1"}) == R"(there is no command "show"; did you mean "task show"?)");
}

TEST_CASE("what is near to nothing is answered with what there is") {
    CHECK(
        answer_to({"dancing"})
        == R"(there is no command "dancing"; there are serve, check-config, queue, task)"
    );
}

TEST_CASE("commands, and words that are none, are left alone") {
    CHECK(answer_to({}).empty());
    CHECK(answer_to({"--help"}).empty());
    CHECK(answer_to({"serve", "sevre"}).empty());
    CHECK(answer_to({"task", "show", "shwo"}).empty());
    CHECK(answer_to({"task", "--config", "taks.toml", "show", "1"}).empty());
    CHECK(answer_to({"task", "--config=taks.toml", "retry", "1"}).empty());
}
