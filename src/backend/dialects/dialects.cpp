#include "shipped.hpp"

#include "imagined/backend/dialect_description.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <toml++/toml.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace imagined::backend {

namespace {

// The tests read every one of them, so that none can be shipped with a flaw.
shared_dialect read_shipped(std::string_view name, std::string_view text) {
    std::ostringstream as_json;
    as_json << toml::json_formatter(toml::parse(text, name));
    auto described = nlohmann::json::parse(as_json.str());
    described["name"] = name;
    auto read = read_dialect(described);
    if (const auto* flaws = std::get_if<std::vector<description_flaw>>(&read)) {
        throw std::logic_error(
            fmt::format("{}: {}: {}", name, flaws->front().where, flaws->front().why)
        );
    }
    return std::get<shared_dialect>(read);
}

const std::vector<shared_dialect>& shipped_dialects() {
    static const std::vector<shared_dialect> all = [] {
        std::vector<shared_dialect> read;
        for (const auto& [name, text] : shipped_texts) {
            read.push_back(read_shipped(name, text));
        }
        return read;
    }();
    return all;
}

} // namespace

const form_dialect* find_form_dialect(std::string_view name) {
    const auto& all = shipped_dialects();
    const auto at = std::find_if(all.begin(), all.end(), [&](const shared_dialect& one) {
        return one->name() == name;
    });
    return at == all.end() ? nullptr : at->get();
}

const dialect* find_dialect(std::string_view name) {
    return find_form_dialect(name);
}

std::span<const std::string_view> dialect_names() {
    static const std::vector<std::string_view> names = [] {
        std::vector<std::string_view> listed;
        for (const auto& [name, text] : shipped_texts) {
            listed.push_back(name);
        }
        return listed;
    }();
    return names;
}

} // namespace imagined::backend
