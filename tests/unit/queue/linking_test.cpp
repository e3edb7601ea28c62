#include "linking.hpp"

#include "lua_sources.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace imagined::queue;

namespace {

constexpr std::string_view library = R"(-- How every script begins.
local base = KEYS[1]
local now = tonumber(ARGV[1])
if now == 0 then
    now = clock()
end

local limit = 200 -- history
-- A key.
local function task_key(id) return base .. 't:' .. id end
local function other_key(id) return base .. 'o:' .. id end
local ranks = {
    no = 0}

local function add(id)
    if true then
        return task_key(id)
    end
end
local function twice(id)
    add(id)
    return add(id)
end
)";

std::string linked(std::string_view operation) {
    return link_script(split_library(library), operation);
}

} // namespace

TEST_CASE("a script begins with the library's statements, in order") {
    CHECK(
        linked("return now\n")
        == "local now = tonumber(ARGV[1])\nif now == 0 then\n"
           "    now = clock()\nend\nreturn now\n"
    );
}

TEST_CASE("a definition brings along what it needs, and nothing else comes") {
    const std::string script = linked("return twice(ARGV[3])\n");
    CHECK(script.find("local function twice") != std::string::npos);
    CHECK(script.find("local function add") < script.find("local function twice"));
    CHECK(script.find("local function task_key") < script.find("local function add"));
    CHECK(script.find("other_key") == std::string::npos);
    CHECK(script.find("ranks") == std::string::npos);
    CHECK(script.find("limit") == std::string::npos);
    CHECK(script.ends_with("return twice(ARGV[3])\n"));
}

TEST_CASE("definitions may be of one line, of several, or no function") {
    CHECK(
        linked("return other_key(1)")
            .find("local function other_key(id) return base .. 'o:' .. id end\n")
        != std::string::npos
    );
    CHECK(linked("return ranks.no").find("local ranks = {\n    no = 0}\n") != std::string::npos);
    CHECK(linked("return limit").find("local limit = 200") != std::string::npos);
}

TEST_CASE("the real library splits into named definitions of which no name comes twice") {
    const auto pieces = split_library(lua::library);
    REQUIRE(pieces.size() > 40);
    std::vector<std::string_view> names;
    for (const auto& piece : pieces) {
        CAPTURE(piece.text);
        CHECK((piece.text.starts_with("local ") || piece.text.starts_with("if ")));
        if (!piece.name.empty()) {
            names.push_back(piece.name);
        }
    }
    std::sort(names.begin(), names.end());
    CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
}
