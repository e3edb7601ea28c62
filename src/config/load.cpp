#include "imagined/config/settings.hpp"

#include "document.hpp"
#include "fill.hpp"
#include "listen.hpp"
#include "rules.hpp"
#include "text_sources.hpp"
#include "toml_source.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace imagined::config {

namespace {

// "" if there is none.
std::filesystem::path file_of(const sources& from) {
    if (!from.file.empty()) {
        return from.file;
    }
    const auto found = std::ranges::find_if(from.otherwise, [](const auto& candidate) {
        std::error_code ignored;
        return std::filesystem::exists(candidate, ignored);
    });
    return found == from.otherwise.end() ? std::filesystem::path() : *found;
}

} // namespace

std::variant<settings, errors> load(const sources& from, purpose what_for) {
    document doc(what_for);
    const auto file = file_of(from);
    if (!file.empty()) {
        read_toml(file, from.environment, doc);
    }
    read_environment(from.environment, doc);
    read_flags(from.flags, from.environment, doc);
    add_official_backend(from.environment, doc);
    apply_rules(doc, from.environment);
    if (!doc.complaints.empty()) {
        return doc.complaints;
    }
    settings filled = fill(doc, from.environment);
    filled.file = file;
    return filled;
}

std::variant<std::string, errors> local_address(const sources& from) {
    document doc(purpose::ask);
    const auto file = file_of(from);
    const bool unread = !file.empty() && !read_toml(file, from.environment, doc);
    const errors of_file = doc.complaints;
    read_environment(from.environment, doc);
    errors of_flags;
    std::swap(of_flags, doc.complaints);
    read_flags(from.flags, from.environment, doc);
    std::swap(of_flags, doc.complaints);
    if (!of_flags.empty()) {
        return of_flags;
    }
    const entry& listen_entry = doc.once("server").at("listen");
    if (listen_entry.broken) {
        std::erase_if(doc.complaints, [](const std::string& one) {
            return one.find(": server.listen: ") == std::string::npos;
        });
        return doc.complaints;
    }
    if (unread && listen_entry.origin.empty()) {
        return of_file;
    }
    auto where = *parse_listen(std::get<std::string>(listen_entry.what));
    if (where.port == 0) {
        return errors{fmt::format(
            "{}: server.listen: port 0 is chosen at start: say which address to ask",
            listen_entry.origin
        )};
    }
    if (where.wildcard) {
        where.host = where.host == "::" ? "::1" : "127.0.0.1";
    }
    return "http://" + where.text();
}

std::vector<std::string> scalar_keys() {
    return scalar_names();
}

std::string manual() {
    std::string text;
    for (const setting_help& one : setting_helps()) {
        if (one.as_option) {
            text += fmt::format("  --{:<26} {} [{}]\n", one.name, one.about, one.fallback);
        }
    }
    return text;
}

std::vector<setting_help> setting_helps() {
    std::vector<setting_help> all;
    for (const definition& row : definitions()) {
        all.push_back(
            {.name = row.name(),
             .about = row.about,
             .fallback = row.required ? "" : to_toml(row.fallback),
             .as_option = !is_list_section(row.section) && has_text_form(row.is())}
        );
    }
    return all;
}

} // namespace imagined::config
