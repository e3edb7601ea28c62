// Joins a script from the shared library and one operation. Redis runs a script from its first line
// at every call, so each definition that an operation does not use would be made and thrown away
// each time: with all of the library in front, that costs several times what the operation does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace imagined::queue {

// One top-level piece of the library: a definition ("local function x", "local y = …"), or a
// statement, which has no name and belongs to every script.
struct lua_piece {
    std::string_view name;
    std::string_view text;
    std::vector<std::string_view> uses; // every identifier in the text
};

// Definitions begin at the start of a line; a function ends with its own line or with an `end` that
// stands at the start of a line. Comment lines between pieces belong to none. The pieces refer to
// `library`, which must outlive them.
std::vector<lua_piece> split_library(std::string_view library);

// The statements, the definitions that they or `operation` need, directly or through others, in
// the library's order, and then the operation.
std::string link_script(const std::vector<lua_piece>& library, std::string_view operation);

} // namespace imagined::queue
