#include "reading.hpp"

#include "imagined/http/multipart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace imagined::sandbox {

namespace {

using nlohmann::json;
using values = std::vector<submitted_value>;

failure unreadable(std::string text) {
    return {failure_kind::invalid, std::move(text)};
}

bool is_media_type(std::string_view content_type, std::string_view wanted) {
    auto type = content_type.substr(0, content_type.find(';'));
    while (!type.empty() && type.back() == ' ') {
        type.remove_suffix(1);
    }
    return http::iequals(type, wanted);
}

void add_members(values& into, const json& object, bool inside) {
    for (const auto& [name, value] : object.items()) {
        submitted_value one;
        one.name = name;
        one.value = value;
        one.typed = true;
        one.inside = inside;
        into.push_back(std::move(one));
    }
}

result<json> image_request_of(std::string_view text) {
    auto inner = json::parse(text, nullptr, false);
    if (!inner.is_object()) {
        return unreadable("image_request must be a JSON object");
    }
    return result<json>(boost::system::in_place_value, std::move(inner));
}

result<values> from_json(const form& shape, std::string_view body) {
    const auto whole = json::parse(body, nullptr, false);
    if (!whole.is_object()) {
        return unreadable("the body is not a JSON object");
    }
    values all;
    if (shape.shape != envelope::json_image_request) {
        add_members(all, whole, false);
        return all;
    }
    const auto request = whole.find("image_request");
    if (request == whole.end() || !request->is_object()) {
        return unreadable("image_request is required and must be an object");
    }
    add_members(all, *request, true);
    json rest = whole;
    rest.erase("image_request");
    add_members(all, rest, false);
    return all;
}

submitted_value of_part(http::part one) {
    submitted_value value;
    value.name = std::move(one.name);
    value.is_file = !one.filename.empty();
    if (value.is_file) {
        value.bytes = std::move(one.body);
    } else {
        value.value = std::move(one.body);
    }
    return value;
}

result<values>
from_multipart(const form& shape, std::string_view content_type, std::string_view body) {
    auto parts = http::read_multipart(content_type, body);
    if (!parts) {
        return unreadable(parts.error().detail);
    }
    values all;
    bool wrapped = false;
    for (auto& one : *parts) {
        if (shape.shape == envelope::multipart_image_request && one.name == "image_request") {
            const auto inner = image_request_of(one.body);
            if (!inner) {
                return inner.error();
            }
            add_members(all, *inner, true);
            wrapped = true;
            continue;
        }
        all.push_back(of_part(std::move(one)));
    }
    if (shape.shape == envelope::multipart_image_request && !wrapped) {
        return unreadable("image_request is required");
    }
    return all;
}

} // namespace

result<values> take_apart(const form& shape, std::string_view content_type, std::string_view body) {
    const bool as_json = shape.shape == envelope::json
                         || shape.shape == envelope::json_image_request
                         || (shape.json_too && is_media_type(content_type, "application/json"));
    if (as_json) {
        if (!is_media_type(content_type, "application/json")) {
            return unreadable("Content-Type must be application/json");
        }
        return from_json(shape, body);
    }
    if (!is_media_type(content_type, "multipart/form-data")) {
        return unreadable("Content-Type must be multipart/form-data");
    }
    return from_multipart(shape, content_type, body);
}

} // namespace imagined::sandbox
