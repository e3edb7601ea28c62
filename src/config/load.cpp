#include "imagined/config/settings.hpp"

#include "document.hpp"
#include "fill.hpp"
#include "rules.hpp"
#include "text_sources.hpp"
#include "toml_source.hpp"

#include <fmt/format.h>

namespace imagined::config {

namespace {

constexpr const char* default_file = "imagined.toml";

} // namespace

std::variant<settings, errors> load(const sources& from) {
    document doc;
    std::error_code ignored;
    if (!from.file.empty()) {
        read_toml(from.file, from.environment, doc);
    } else if (std::filesystem::exists(default_file, ignored)) {
        read_toml(default_file, from.environment, doc);
    }
    read_environment(from.environment, doc);
    read_flags(from.flags, from.environment, doc);
    add_official_backend(from.environment, doc);
    apply_rules(doc, from.environment);
    if (!doc.complaints.empty()) {
        return doc.complaints;
    }
    return fill(doc, from.environment);
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
