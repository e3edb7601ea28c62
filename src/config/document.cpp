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

document::document(purpose what_for) : what_for_(what_for) {
    for (const std::string_view kind : list_sections) {
        lists_.try_emplace(std::string(kind));
    }
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

// Operators ask Redis which tasks there are, and of a backend how it is called and what it may do.
bool document::may_be_unread(const definition& row) const {
    switch (what_for_) {
    case purpose::serve:
        return false;
    case purpose::ask:
        return row.name() != "server.listen";
    case purpose::operate:
        break;
    }
    if (row.section == "backend") {
        return row.secret || row.key == "base_url" || row.key == "ca_file" || row.key == "proxy";
    }
    return row.section != "redis" && row.name() != "data.dir" && row.name() != "worker.queue_limit"
           && row.name() != "worker.task_timeout";
}

void document::leave_unread(
    section& of, const definition& row, value reference, std::string origin
) {
    entry& left = of.entries.find(row.key)->second;
    if (row.secret) {
        left.what = std::move(reference);
    }
    left.origin = std::move(origin);
    left.broken = true;
}

} // namespace imagined::config
