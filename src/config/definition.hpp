// The declared table of every key: one row says where it stands, what it defaults to (and so which
// shape it has), what it must fulfil and what it is for. Reading the file, the environment and the
// flags, the unknown-key errors, `check-config` and the command line's help all come from it.
#pragma once

#include "value.hpp"

#include <array>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace imagined::config {

// "" when the value will do, else what was expected: "expected 1 to 4".
using constraint = std::function<std::string(const value&)>;

struct definition {
    std::string section; // of list_sections there are several tables, the others stand once
    std::string key;
    value fallback;
    std::string about;
    constraint check = {};
    bool secret = false;   // masked wherever it is shown, never quoted in an error
    bool required = false; // in a list of tables: each table must have it

    shape is() const { return shape_of(fallback); }

    std::string name() const { return section + "." + key; }
};

std::span<const definition> definitions();

// Null for an unknown key.
const definition* find_definition(std::string_view section, std::string_view key);

bool is_section(std::string_view name);
// In the order in which they are shown.
inline constexpr std::array<std::string_view, 3> list_sections{"caller", "dialect", "backend"};
bool is_list_section(std::string_view name);

// "server.listen", …: every key of sections that stand once and has a text form.
std::vector<std::string> scalar_names();
std::vector<std::string> all_names();

} // namespace imagined::config
