#include "views/parts_of_view.hpp"

#include <string>

namespace imagined::api {

using nlohmann::json;

json member_of(const json& view, const char* key) {
    const auto found = view.find(key);
    return found == view.end() ? json(nullptr) : *found;
}

json pictures_of_view(const json& view) {
    const json properties = member_of(view, "properties");
    json listed = properties.is_object() ? member_of(properties, "pictures") : json(nullptr);
    if (!listed.is_array()) {
        listed = member_of(view, "imageUrls");
    }
    const json shown = member_of(view, "imageUrl");
    if (listed.is_array()) {
        return listed;
    }
    if (!shown.is_string()) {
        return json::array();
    }
    return json::array({{{"url", shown}, {"thumbnail", shown.get<std::string>() + "?thumb=1"}}});
}

json text_of_view(const json& view) {
    const json action = member_of(view, "action");
    const json properties = member_of(view, "properties");
    const bool words = action == "DESCRIBE" || action == "SHORTEN";
    return words && properties.is_object() ? member_of(properties, "finalPrompt") : json(nullptr);
}

json buttons_of_view(const json& view) {
    json listed = json::array();
    for (const auto& one : member_of(view, "buttons")) {
        std::string label = one.value("label", "");
        if (label.empty()) {
            label = one.value("emoji", "");
        }
        listed.push_back({{"label", label}, {"customId", one.value("customId", "")}});
    }
    return listed;
}

} // namespace imagined::api
