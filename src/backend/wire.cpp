#include "wire.hpp"

#include "imagined/backend/picture_facts.hpp"
#include "imagined/base/bytes.hpp"
#include "imagined/http/multipart.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace imagined::backend {

namespace {

using ordered = nlohmann::ordered_json;

// Where a name puts its value: a pointer's way is made as it is gone.
ordered& place(ordered& in, const std::string& name) {
    return name.starts_with('/') ? in[ordered::json_pointer(name)] : in[name];
}

std::string dumped(const ordered& value) {
    return value.dump(-1, ' ', false, ordered::error_handler_t::replace);
}

failure unusable(std::string detail) {
    return {failure_kind::invalid, std::move(detail)};
}

result<std::string> link_of(const picture_access& pictures, const task::picture_ref& ref) {
    if (!pictures.links) {
        return unusable("this backend reads pictures from links, and none can be given out");
    }
    return pictures.links(ref);
}

result<std::string> bytes_of(const picture_access& pictures, const task::picture_ref& ref) {
    if (!pictures.bytes) {
        return unusable("no source of pictures was given");
    }
    auto bytes = pictures.bytes(ref);
    if (bytes && picture_type(*bytes).empty()) {
        return unusable(fmt::format("picture {}/{} is not JPEG, PNG or WebP", ref.id, ref.n));
    }
    return bytes;
}

// Links and base64 are single strings in the documents, even where a form takes several pictures.
result<void> put_picture(
    ordered& into, const form& spoken, const field_value& value, const picture_access& pictures
) {
    ordered list = ordered::array();
    for (const auto& ref : value.pictures) {
        if (spoken.pictures == picture_form::link) {
            auto link = link_of(pictures, ref);
            if (!link) {
                return link.error();
            }
            list.push_back(std::move(*link));
        } else {
            auto bytes = bytes_of(pictures, ref);
            if (!bytes) {
                return bytes.error();
            }
            list.push_back(to_base64(*bytes));
        }
    }
    place(into, value.of->name) = value.of->most == 1 ? list.at(0) : list;
    return {};
}

result<std::string>
json_body(const form& spoken, const expression& said, const picture_access& pictures) {
    ordered inner = ordered::object();
    ordered outer = ordered::object();
    const bool wrapped = spoken.shape == envelope::json_image_request;
    for (const auto& [name, value] : spoken.constants.items()) {
        place(inner, name) = value;
    }
    for (const auto& value : said.values) {
        if (!is_file(value.of->what)) {
            place(inner, value.of->name) = value.value;
            continue;
        }
        const auto put = put_picture(wrapped ? outer : inner, spoken, value, pictures);
        if (!put) {
            return put.error();
        }
    }
    if (!wrapped) {
        return dumped(inner);
    }
    ordered whole = ordered::object();
    whole["image_request"] = std::move(inner);
    whole.update(outer);
    return dumped(whole);
}

http::part text_part(std::string_view name, std::string body) {
    return {.name = std::string(name), .filename = {}, .content_type = {}, .body = std::move(body)};
}

http::part json_part(std::string_view name, const ordered& value) {
    return {
        .name = std::string(name),
        .filename = {},
        .content_type = "application/json",
        .body = dumped(value)
    };
}

// Scalars are text, an array is a repeated part, an object is a JSON part (ideogram-api.md §3).
void add_parts(std::vector<http::part>& parts, std::string_view name, const nlohmann::json& v) {
    if (v.is_array()) {
        for (const auto& entry : v) {
            add_parts(parts, name, entry);
        }
    } else if (v.is_object()) {
        parts.push_back(json_part(name, v));
    } else {
        parts.push_back(text_part(name, v.is_string() ? v.get<std::string>() : v.dump()));
    }
}

result<void> add_pictures(
    std::vector<http::part>& parts,
    const form& spoken,
    const field_value& value,
    const picture_access& pictures
) {
    if (spoken.pictures != picture_form::file) {
        ordered texts = ordered::object();
        const auto put = put_picture(texts, spoken, value, pictures);
        if (put) {
            add_parts(parts, value.of->name, texts.front());
        }
        return put;
    }
    for (const auto& ref : value.pictures) {
        auto bytes = bytes_of(pictures, ref);
        if (!bytes) {
            return bytes.error();
        }
        const std::string type(picture_type(*bytes));
        parts.push_back(
            {.name = value.of->name,
             .filename = fmt::format("{}.{}", value.of->name, type.substr(type.find('/') + 1)),
             .content_type = type,
             .body = std::move(*bytes)}
        );
    }
    return {};
}

result<http::multipart>
multipart_body(const form& spoken, const expression& said, const picture_access& pictures) {
    std::vector<http::part> parts;
    ordered inner = ordered::object();
    const bool wrapped = spoken.shape == envelope::multipart_image_request;
    const auto put = [&](const std::string& name, const nlohmann::json& value) {
        if (wrapped) {
            inner[name] = value;
        } else {
            add_parts(parts, name, value);
        }
    };
    for (const auto& [name, value] : spoken.constants.items()) {
        put(name, value);
    }
    for (const auto& value : said.values) {
        if (!is_file(value.of->what)) {
            put(value.of->name, value.value);
            continue;
        }
        const auto added = add_pictures(parts, spoken, value, pictures);
        if (!added) {
            return added.error();
        }
    }
    if (wrapped) {
        parts.insert(parts.begin(), json_part("image_request", inner));
    }
    return http::write_multipart(parts);
}

result<void> check_required(const form& spoken, const expression& said) {
    for (const auto& wanted : spoken.fields) {
        const bool there =
            std::any_of(said.values.begin(), said.values.end(), [&](const field_value& v) {
                return v.of == &wanted;
            });
        if (wanted.required && !there) {
            return unusable(fmt::format("{} needs {}", task::to_string(spoken.what), wanted.name));
        }
    }
    return {};
}

} // namespace

result<wire_request>
write_call(const form& spoken, const expression& said, const picture_access& pictures) {
    const auto complete = check_required(spoken, said);
    if (!complete) {
        return complete.error();
    }
    wire_request out;
    out.path = spoken.path;
    out.headers.set("Accept", "application/json");
    if (spoken.shape == envelope::json || spoken.shape == envelope::json_image_request) {
        auto body = json_body(spoken, said, pictures);
        if (!body) {
            return body.error();
        }
        out.headers.set("Content-Type", "application/json");
        out.body = std::move(*body);
        return out;
    }
    auto body = multipart_body(spoken, said, pictures);
    if (!body) {
        return body.error();
    }
    out.headers.set("Content-Type", body->content_type);
    out.body = std::move(body->body);
    return out;
}

} // namespace imagined::backend
