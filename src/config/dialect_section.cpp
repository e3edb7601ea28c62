#include "dialect_section.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace imagined::config {

backend::described_dialect dialect_in(const section& described) {
    auto whole = nlohmann::json::object();
    for (const auto& [key, told] : described.entries) {
        if (const auto* below = std::get_if<tree>(&told.what)) {
            if (!below->what.is_null()) {
                whole[key] = below->what;
            }
        } else if (const auto& text = std::get<std::string>(told.what); !text.empty()) {
            whole[key] = text;
        }
    }
    return backend::read_dialect(whole);
}

std::string origin_in(const section& described, std::string_view flawed) {
    const auto first = flawed.substr(0, flawed.find('.'));
    const auto told = described.entries.find(first);
    if (told == described.entries.end() || told->second.origin.empty()) {
        return described.origin;
    }
    const std::string& origin = told->second.origin;
    const auto* below = std::get_if<tree>(&told->second.what);
    std::string path(flawed.substr(std::min(first.size() + 1, flawed.size())));
    while (below != nullptr && !path.empty()) {
        if (const auto line = below->lines.find(path); line != below->lines.end()) {
            return origin.substr(0, origin.rfind(':') + 1) + std::to_string(line->second);
        }
        const auto dot = path.rfind('.');
        path.resize(dot == std::string::npos ? 0 : dot);
    }
    return origin;
}

backend::shared_dialect own_dialect(const document& doc, std::string_view name) {
    for (const section& one : doc.list("dialect")) {
        if (one.get<std::string>("name") == name) {
            auto read = dialect_in(one);
            const auto* made = std::get_if<backend::shared_dialect>(&read);
            return made == nullptr ? nullptr : *made;
        }
    }
    return nullptr;
}

} // namespace imagined::config
