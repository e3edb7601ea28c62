#include "document.hpp"

#include <fmt/format.h>

#include <utility>

namespace imagined::config {

section make_section(std::string_view kind, std::string label) {
    section made{
        .kind = std::string(kind),
        .label = std::move(label),
        .origin = {},
        .entries = {},
        .key_names = {}
    };
    for (const definition& row : definitions()) {
        if (row.section == kind) {
            made.entries.emplace(row.key, entry{.what = row.fallback, .origin = {}});
        }
    }
    return made;
}

document::document() {
    for (const definition& row : definitions()) {
        if (!is_list_section(row.section) && !once_.contains(row.section)) {
            once_.emplace(row.section, make_section(row.section, row.section));
        }
    }
}

void document::set(section& into, const definition& row, value what, std::string origin) {
    if (row.check) {
        if (const std::string complaint = row.check(what); !complaint.empty()) {
            spoil(into, row, origin, complaint);
            return;
        }
    }
    into.entries.find(row.key)->second = {.what = std::move(what), .origin = std::move(origin)};
}

void document::complain(std::string_view origin, std::string_view name, std::string_view text) {
    complaints.push_back(fmt::format("{}: {}: {}", origin, name, text));
}

void document::spoil(
    section& of, const definition& row, std::string_view origin, std::string_view text
) {
    of.entries.find(row.key)->second.broken = true;
    complain(origin, of.label + "." + row.key, text);
}

} // namespace imagined::config
