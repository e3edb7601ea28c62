#include "text_sources.hpp"

#include "suggestion.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace imagined::config {

namespace {

constexpr std::string_view variable_prefix = "IMAGINED_";
constexpr std::string_view key_variable = "IDEOGRAM_API_KEY";
constexpr std::string_view official_dialect = "official";

// Resolves each string of a list by itself, as the file does.
result<std::string> resolve_all(shape is, const std::string& text, const environment& variables) {
    const bool list = is == shape::words || is == shape::durations;
    if (!list) {
        return resolve(text, variables);
    }
    std::string joined;
    for (const std::string& item : split_list(text)) {
        auto resolved = resolve(item, variables);
        if (!resolved) {
            return resolved;
        }
        joined += joined.empty() ? *resolved : "," + *resolved;
    }
    return joined;
}

void take_text(
    const definition& row,
    const std::string& text,
    const std::string& origin,
    const environment& variables,
    document& into
) {
    section& target = into.once(row.section);
    const auto resolved = resolve_all(row.is(), text, variables);
    if (!resolved) {
        if (into.may_be_unread(row)) {
            const bool list = row.is() == shape::words;
            value reference = list ? value(split_list(text)) : value(text);
            into.leave_unread(target, row, std::move(reference), origin);
        } else {
            into.spoil(target, row, origin, resolved.error().detail);
        }
        return;
    }
    auto read = value_from_text(row.is(), *resolved);
    if (!read) {
        // As it was given: what a reference leads to may be secret, and is not told.
        into.spoil(target, row, origin, fmt::format("{}, not \"{}\"", expectation(row.is()), text));
        return;
    }
    into.set(target, row, *std::move(read), origin);
}

std::vector<const definition*> rows_with_text() {
    std::vector<const definition*> rows;
    for (const definition& row : definitions()) {
        if (!is_list_section(row.section) && has_text_form(row.is())) {
            rows.push_back(&row);
        }
    }
    return rows;
}

std::string unknown_flag(const std::string& name) {
    const auto dot = name.find('.');
    const std::string section = name.substr(0, dot);
    if (is_list_section(section)) {
        return fmt::format("cannot be set here: write [[{}]] into the file", section);
    }
    if (dot != std::string::npos && find_definition(section, name.substr(dot + 1)) != nullptr) {
        return "cannot be set here: write it into the file";
    }
    return "unknown" + did_you_mean(name, scalar_names());
}

} // namespace

std::string variable_of(const definition& row) {
    std::string name = fmt::format("{}{}_{}", variable_prefix, row.section, row.key);
    std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return name;
}

void read_environment(const environment& variables, document& into) {
    std::vector<std::string> known;
    for (const definition* row : rows_with_text()) {
        known.push_back(variable_of(*row));
        if (const auto found = variables.find(known.back()); found != variables.end()) {
            take_text(*row, found->second, "environment " + known.back(), variables, into);
        }
    }
    for (const auto& [name, text] : variables) {
        if (name.starts_with(variable_prefix) && std::ranges::find(known, name) == known.end()) {
            into.warnings.push_back(
                "environment " + name + ": not a setting" + did_you_mean(name, known)
            );
        }
    }
}

void read_flags(
    const std::vector<std::pair<std::string, std::string>>& flags,
    const environment& variables,
    document& into
) {
    const auto rows = rows_with_text();
    for (const auto& [name, text] : flags) {
        const auto row = std::ranges::find_if(rows, [&](const definition* candidate) {
            return candidate->name() == name;
        });
        if (row == rows.end()) {
            into.complain("flag --" + name, name, unknown_flag(name));
        } else {
            take_text(**row, text, "flag --" + name, variables, into);
        }
    }
}

void add_official_backend(const environment& variables, document& into) {
    const auto found = variables.find(std::string(key_variable));
    if (found == variables.end() || found->second.empty()) {
        return;
    }
    const auto& backends = into.list("backend");
    const bool present = std::ranges::any_of(backends, [&](const section& one) {
        const auto& keys = one.get<words>("keys");
        return one.get<std::string>("dialect") == official_dialect
               && std::ranges::find(keys, found->second) != keys.end();
    });
    if (present) {
        return;
    }
    std::string name(official_dialect);
    for (int i = 2; std::ranges::any_of(
             backends, [&](const section& one) { return one.get<std::string>("name") == name; }
         );
         ++i) {
        name = fmt::format("{}-{}", official_dialect, i);
    }
    const std::string origin = fmt::format("environment {}", key_variable);
    section made = make_section("backend", "backend[" + name + "]");
    made.origin = origin;
    into.set(made, *find_definition("backend", "name"), name, origin);
    into.set(made, *find_definition("backend", "keys"), words{found->second}, origin);
    made.key_names = {fmt::format("env:{}", key_variable)};
    into.list("backend").push_back(std::move(made));
}

} // namespace imagined::config
