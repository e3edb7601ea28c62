#include "json_text.hpp"

#include <simdjson.h>

#include <utility>

namespace imagined::api {

namespace {

using nlohmann::json;
namespace dom = simdjson::dom;

// A parser that has read something long keeps as much memory as that took, and more.
constexpr std::size_t max_kept_capacity = std::size_t{256} * 1024;

json value_of(const dom::element& from);

json list_of(const dom::array& from) {
    json list = json::array();
    for (const dom::element item : from) {
        list.push_back(value_of(item));
    }
    return list;
}

// Of a name that stands twice the last one counts.
json object_of(const dom::object& from) {
    json object = json::object();
    for (const auto [name, value] : from) {
        object[std::string(name)] = value_of(value);
    }
    return object;
}

// nlohmann keeps what is not negative as unsigned.
json integer_of(std::int64_t number) {
    return number < 0 ? json(number) : json(static_cast<std::uint64_t>(number));
}

json value_of(const dom::element& from) {
    switch (from.type()) {
    case dom::element_type::ARRAY:
        return list_of(dom::array(from));
    case dom::element_type::OBJECT:
        return object_of(dom::object(from));
    case dom::element_type::STRING:
        return std::string(std::string_view(from));
    case dom::element_type::INT64:
        return integer_of(std::int64_t(from));
    case dom::element_type::UINT64:
        return std::uint64_t(from);
    case dom::element_type::DOUBLE:
        return double(from);
    case dom::element_type::BOOL:
        return bool(from);
    case dom::element_type::NULL_VALUE:
        break;
    }
    return nullptr;
}

// simdjson refuses numbers of any length that nlohmann reads as floating point.
std::optional<json> read_thoroughly(std::string_view text) {
    json value = json::parse(text, nullptr, false);
    return value.is_discarded() ? std::nullopt : std::optional(std::move(value));
}

std::optional<json> read_with(dom::parser& parser, std::string_view text) {
    dom::element root;
    if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) {
        return read_thoroughly(text);
    }
    return value_of(root);
}

} // namespace

std::optional<json> read_json(std::string_view text) {
    thread_local dom::parser kept;
    if (text.size() <= max_kept_capacity) {
        return read_with(kept, text);
    }
    dom::parser once;
    return read_with(once, text);
}

} // namespace imagined::api
