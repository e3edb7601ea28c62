#include "toml_source.hpp"

#include "suggestion.hpp"
#include "toml_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace imagined::config {

namespace {

// A table's nodes as they stand in the file, so that errors are told from top to bottom.
std::vector<std::pair<std::string, const toml::node*>> in_file_order(const toml::table& table) {
    std::vector<std::pair<std::string, const toml::node*>> nodes;
    for (const auto& [key, node] : table) {
        nodes.emplace_back(key.str(), &node);
    }
    std::ranges::sort(nodes, {}, [](const auto& one) {
        const auto begin = one.second->source().begin;
        return std::pair(begin.line, begin.column);
    });
    return nodes;
}

class file_reader {
public:
    file_reader(std::string name, const environment& variables, document& into)
        : name_(std::move(name)), variables_(variables), into_(into) {}

    void read(const toml::table& root) {
        for (const auto& [name, found] : in_file_order(root)) {
            const toml::node& node = *found;
            if (is_list_section(name)) {
                read_list(name, node);
            } else if (!is_section(name)) {
                into_.complain(at(node), name, "unknown" + suggestion_for(name));
            } else if (const auto* table = node.as_table()) {
                read_table(into_.once(name), *table);
            } else {
                into_.complain(at(node), name, "expected a table: [" + name + "]");
            }
        }
    }

private:
    std::string at(const toml::node& node) const {
        return fmt::format("{}:{}", name_, node.source().begin.line);
    }

    // A section that is nearly right is told as a section, anything else as a key.
    static std::string suggestion_for(const std::string& name) {
        std::vector<std::string> sections;
        for (const definition& row : definitions()) {
            sections.push_back(row.section);
        }
        const std::string section = did_you_mean(name, sections);
        return section.empty() ? did_you_mean(name, all_names()) : section;
    }

    void read_list(const std::string& kind, const toml::node& node) {
        const auto* array = node.as_array();
        if (array == nullptr || !array->is_homogeneous(toml::node_type::table)) {
            if (array == nullptr || !array->empty()) {
                into_.complain(at(node), kind, "expected tables: [[" + kind + "]]");
            }
            return;
        }
        for (std::size_t i = 0; i < array->size(); ++i) {
            const toml::table& table = *array->get(i)->as_table();
            const auto name = table["name"].value<std::string>();
            const bool usable = name && !name->empty() && !is_indirect(*name);
            section made = make_section(
                kind, fmt::format("{}[{}]", kind, usable ? *name : std::to_string(i + 1))
            );
            made.origin = at(table);
            read_table(made, table);
            made.key_names = names_of_keys(table["keys"]);
            demand_required(made, table);
            into_.list(kind).push_back(std::move(made));
        }
    }

    // "env:NAME" and "file:PATH" among a backend's keys, each in its place: what operators know
    // them by.
    static words names_of_keys(toml::node_view<const toml::node> keys) {
        words names;
        const auto* array = keys.as_array();
        for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
            const auto text = array->get(i)->value<std::string>().value_or("");
            names.push_back(is_indirect(text) ? text : "");
        }
        return names;
    }

    void demand_required(section& made, const toml::table& table) {
        for (const definition& row : definitions()) {
            if (row.section == made.kind && row.required && !table.contains(row.key)) {
                into_.spoil(made, row, made.origin, "is required");
            }
        }
    }

    void read_table(section& target, const toml::table& table) {
        for (const auto& [key, found] : in_file_order(table)) {
            const toml::node& node = *found;
            const definition* row = find_definition(target.kind, key);
            if (row == nullptr) {
                const std::string name = fmt::format("{}.{}", target.kind, key);
                into_.complain(
                    at(node),
                    fmt::format("{}.{}", target.label, key),
                    "unknown" + did_you_mean(name, all_names())
                );
                continue;
            }
            auto read = value_from_toml(row->is(), node, variables_);
            if (read) {
                into_.set(target, *row, *std::move(read), at(node));
            } else if (read.error().kind == failure_kind::not_found && into_.may_be_unread(*row)) {
                into_.leave_unread(target, *row, references_in(row->is(), node), at(node));
            } else {
                into_.spoil(target, *row, at(node), read.error().detail);
            }
        }
    }

    std::string name_;
    const environment& variables_;
    document& into_;
};

} // namespace

bool read_toml(const std::filesystem::path& file, const environment& variables, document& into) {
    const std::string name = file.filename().string();
    const auto content = read_small_file(file.string());
    if (!content) {
        into.complaints.push_back(
            fmt::format("{}: the configuration file {}", file.string(), content.error().detail)
        );
        return false;
    }
    try {
        const toml::table root = toml::parse(*content, name);
        file_reader(name, variables, into).read(root);
        return true;
    } catch (const toml::parse_error& error) {
        into.complaints.push_back(
            fmt::format("{}:{}: not TOML: {}", name, error.source().begin.line, error.description())
        );
        return false;
    }
}

} // namespace imagined::config
