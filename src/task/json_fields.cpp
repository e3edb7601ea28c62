#include "json_fields.hpp"

namespace imagined::task {

json_fields::json_fields(const nlohmann::json& object, std::string_view what)
    : object_(object), what_(what) {
    if (!object.is_object()) {
        error_ = failure{failure_kind::corrupt, what_ + " is not an object"};
    }
}

const nlohmann::json* json_fields::find(const char* key) const {
    if (!object_.is_object()) {
        return nullptr;
    }
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
}

void json_fields::refuse(std::string_view key) {
    if (!error_) {
        error_ = failure{failure_kind::corrupt, what_ + "." + std::string(key) + " is unreadable"};
    }
}

void json_fields::read(const char* key, std::string& into) {
    const nlohmann::json* value = find(key);
    if (value == nullptr) {
        return;
    }
    if (!value->is_string()) {
        refuse(key);
        return;
    }
    into = value->get_ref<const std::string&>();
}

void json_fields::read(const char* key, bool& into) {
    const nlohmann::json* value = find(key);
    if (value == nullptr) {
        return;
    }
    if (!value->is_boolean()) {
        refuse(key);
        return;
    }
    into = value->get<bool>();
}

void json_fields::read(const char* key, std::vector<std::string>& into) {
    const nlohmann::json* value = find(key);
    if (value == nullptr) {
        return;
    }
    if (!value->is_array()) {
        refuse(key);
        return;
    }
    std::vector<std::string> texts;
    for (const nlohmann::json& element : *value) {
        if (!element.is_string()) {
            refuse(key);
            return;
        }
        texts.push_back(element.get<std::string>());
    }
    into = std::move(texts);
}

std::optional<std::int64_t>
json_fields::whole(const char* key, std::int64_t low, std::int64_t high) {
    const nlohmann::json* value = find(key);
    if (value == nullptr) {
        return std::nullopt;
    }
    // Beyond int64 the library keeps an unsigned number, which get() would wrap.
    const bool fits =
        value->is_number_integer()
        && !(
            value->is_number_unsigned()
            && value->get<std::uint64_t>()
                   > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())
        );
    const std::int64_t number = fits ? value->get<std::int64_t>() : 0;
    if (!fits || number < low || number > high) {
        refuse(key);
        return std::nullopt;
    }
    return number;
}

} // namespace imagined::task
