// What is looked up in a task's JSON by those who show it otherwise.
#pragma once

#include <nlohmann/json.hpp>

namespace imagined::api {

// null where there is none.
nlohmann::json member_of(const nlohmann::json& view, const char* key);

// All pictures, [{url, thumbnail}], also of a task that shows its only one. Views of earlier
// versions list them in imageUrls alone.
nlohmann::json pictures_of_view(const nlohmann::json& view);

// What may be pressed, [{label, customId}]; a button without words is called by its emoji.
nlohmann::json buttons_of_view(const nlohmann::json& view);

// What a describe or a shorten has found; null for anything else.
nlohmann::json text_of_view(const nlohmann::json& view);

} // namespace imagined::api
