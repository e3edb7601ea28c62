#include "native_values.hpp"

#include "imagined/backend/complaint.hpp"

#include "imagined/base/charset.hpp"
#include "imagined/http/message.hpp"
#include "imagined/http/multipart.hpp"
#include "imagined/task/json_reader.hpp"

#include <algorithm>
#include <utility>

namespace imagined::backend {

namespace {

using nlohmann::json;

constexpr std::string_view wrapper = "image_request";

native_refusal unreadable(task::bilingual why) {
    return {native_refusal::kind::unreadable, std::move(why)};
}

native_refusal invalid(task::bilingual why) {
    return {native_refusal::kind::invalid, std::move(why)};
}

bool is_form(std::string_view content_type) {
    constexpr std::string_view form = "multipart/";
    return http::iequals(content_type.substr(0, form.size()), form);
}

void add_members(native_values& into, json& object, bool inside) {
    for (auto& [name, value] : object.items()) {
        if (value.is_null()) {
            continue;
        }
        submitted_value one;
        one.name = name;
        one.value = std::move(value);
        one.typed = true;
        one.inside = inside;
        into.all.push_back(std::move(one));
    }
}

native_refusal excessive(task::json_flaw flaw) {
    return flaw == task::json_flaw::too_deep
               ? unreadable({"JSON 嵌套过深，最多 64 层", "more than 64 levels of JSON"})
               : unreadable({"JSON 中的值过多，最多 100000 个", "more than 100000 JSON values"});
}

bool is_excessive(task::json_flaw flaw) {
    return flaw == task::json_flaw::too_deep || flaw == task::json_flaw::too_many_values;
}

or_refusal<native_values> from_json(std::string_view body) {
    auto read = task::json_reader().read(body);
    if (const auto* flaw = std::get_if<task::json_flaw>(&read); flaw && is_excessive(*flaw)) {
        return excessive(*flaw);
    }
    auto* const found = std::get_if<json>(&read);
    if (found == nullptr || !found->is_object()) {
        return unreadable({"请求体不是 JSON 对象", "the body is not a JSON object"});
    }
    json& whole = *found;
    native_values values;
    if (const auto inner = whole.find(wrapper); inner != whole.end() && !inner->is_null()) {
        if (!inner->is_object()) {
            return invalid({"image_request 必须是对象", "image_request must be an object"});
        }
        values.wrapped = true;
        add_members(values, *inner, true);
    }
    whole.erase(std::string(wrapper));
    add_members(values, whole, false);
    return values;
}

// A field may be written in a charset of its own. False when it is not what it says.
bool translate(http::part& field) {
    const auto named = http::parameter(field.content_type, "charset");
    const auto written = named ? parse_charset(*named) : charset::utf_8;
    auto text = written ? to_utf8(*written, field.body) : std::nullopt;
    if (text) {
        field.body = std::move(*text);
    }
    return text.has_value();
}

or_refusal<native_values> from_form(std::string_view content_type, std::string_view body) {
    auto parts = http::read_multipart(content_type, body);
    if (!parts) {
        return unreadable({"multipart/form-data 请求体格式错误", parts.error().detail});
    }
    native_values values;
    task::json_reader reader; // one for all parts
    for (auto& part : *parts) {
        submitted_value one;
        one.is_file = !part.filename.empty();
        if (!one.is_file && !translate(part)) {
            return unreadable(said_of("{} 不是 UTF-8", "{} is not UTF-8", part.name));
        }
        if (part.name == wrapper && !one.is_file) {
            auto read = reader.read(part.body);
            if (const auto* flaw = std::get_if<task::json_flaw>(&read);
                flaw && is_excessive(*flaw)) {
                return excessive(*flaw);
            }
            auto* const inner = std::get_if<json>(&read);
            if (inner == nullptr || !inner->is_object()) {
                return invalid(
                    {"image_request 必须是 JSON 对象", "image_request must be a JSON object"}
                );
            }
            values.wrapped = true;
            add_members(values, *inner, true);
            continue;
        }
        one.name = std::move(part.name);
        if (one.is_file) {
            one.bytes = std::move(part.body);
        } else {
            one.value = std::move(part.body);
        }
        values.all.push_back(std::move(one));
    }
    return values;
}

} // namespace

const submitted_value* native_values::find(std::string_view name) const {
    const auto at = std::find_if(all.begin(), all.end(), [name](const submitted_value& one) {
        return one.name == name;
    });
    return at == all.end() ? nullptr : &*at;
}

or_refusal<std::string> native_values::take_text(std::string_view name) {
    const submitted_value* found = find(name);
    if (found == nullptr) {
        return std::string();
    }
    if (found->value.is_array() && found->value.empty()) { // PHP's nothing
        std::erase_if(all, [name](const submitted_value& one) { return one.name == name; });
        return std::string();
    }
    if (found->is_file || !found->value.is_string()) {
        return invalid(said_of("{} 必须是字符串", "{} must be a string", name));
    }
    std::string text = found->value.get<std::string>();
    std::erase_if(all, [name](const submitted_value& one) { return one.name == name; });
    return text;
}

or_refusal<native_values> take_native_apart(std::string_view content_type, std::string_view body) {
    return is_form(content_type) ? from_form(content_type, body) : from_json(body);
}

} // namespace imagined::backend
