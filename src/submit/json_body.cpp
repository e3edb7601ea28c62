#include "imagined/submit/json_body.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/http/message.hpp"
#include "imagined/submit/json_mending.hpp"
#include "imagined/submit/loose_text.hpp"
#include "imagined/submit/texts.hpp"
#include "imagined/task/json_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace imagined::submit {

namespace {

using nlohmann::json;

const task::bilingual a_string{"应为字符串", "expected a string"};
const task::bilingual an_id{"应为任务ID", "expected a task id"};
const task::bilingual strings{"应为字符串数组", "expected an array of strings"};
const task::bilingual an_integer{"应为整数", "expected an integer"};
const task::bilingual a_boolean{"应为布尔值", "expected true or false"};
const task::bilingual an_object{"应为对象", "expected an object"};
const task::bilingual objects_wanted{"应为对象数组", "expected an array of objects"};

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

const task::bilingual& text_of(task::json_flaw flaw) {
    switch (flaw) {
    case task::json_flaw::not_utf8:
        return texts::not_utf8;
    case task::json_flaw::too_deep:
        return texts::too_deep;
    case task::json_flaw::too_many_values:
        return texts::too_many_values;
    case task::json_flaw::not_json:
        break;
    }
    return texts::not_json;
}

// What a client sends where it has nothing to say; PHP writes an empty object as [], Lua an empty
// array as {}, a form every field that was left out as "".
bool is_nothing(const json& value) {
    if (value.is_string()) {
        return trimmed(value.get_ref<const std::string&>()).empty();
    }
    return value.is_null() || ((value.is_array() || value.is_object()) && value.empty());
}

// JavaScript's limit: beyond it a floating point number has lost its last digits.
constexpr double max_exact = 9007199254740992.0;

std::optional<std::int64_t> whole_of(double number) {
    const bool whole = std::abs(number) < max_exact && std::trunc(number) == number;
    return whole ? std::optional(static_cast<std::int64_t>(number)) : std::nullopt;
}

std::optional<std::int64_t> whole_in_text(std::string_view text) {
    const std::string plain = plain_forms(trimmed(text));
    const auto point = std::min(plain.find('.'), plain.size());
    if (point > 0 && plain.find_first_not_of('0', point + 1) != std::string::npos) {
        return std::nullopt;
    }
    std::int64_t number = 0;
    const char* end = plain.data() + point;
    const auto [stopped, error] = std::from_chars(plain.data(), end, number);
    return error == std::errc{} && stopped == end ? std::optional(number) : std::nullopt;
}

std::optional<std::int64_t> whole_in(const json& value) {
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) {
        return std::nullopt;
    }
    if (value.is_number_integer()) {
        return value.get<std::int64_t>();
    }
    if (value.is_number_float()) {
        return whole_of(value.get<double>());
    }
    return value.is_string() ? whole_in_text(value.get_ref<const std::string&>()) : std::nullopt;
}

std::optional<bool> truth_in(const json& value) {
    if (value.is_boolean()) {
        return value.get<bool>();
    }
    if (value.is_string()) {
        const std::string word = plain_forms(trimmed(value.get_ref<const std::string&>()));
        for (const bool truth : {true, false}) {
            if (http::iequals(word, truth ? "true" : "false")) {
                return truth;
            }
        }
    }
    const auto number = whole_in(value);
    return number == 0 || number == 1 ? std::optional(number == 1) : std::nullopt;
}

std::optional<std::string> id_of(const json& value) {
    if (value.is_string()) {
        return id_in(value.get_ref<const std::string&>());
    }
    const auto number = value.is_number() ? whole_in(value) : std::nullopt;
    return number ? std::optional(std::to_string(*number)) : std::nullopt;
}

} // namespace

json_body::~json_body() {
    if (grave_) {
        grave_->bury(std::move(value_));
    }
}

std::variant<json_body, refusal> json_body::parse(std::string_view body) {
    if (body.starts_with(byte_order_mark)) {
        body.remove_prefix(byte_order_mark.size());
    }
    const auto mended = mend_json(body);
    task::json_reader reader;
    auto read = reader.read(mended ? mended->text : body);
    if (const auto* flaw = std::get_if<task::json_flaw>(&read)) {
        return refuse_with_status(400, text_of(*flaw));
    }
    auto made = of(std::move(std::get<json>(read)));
    if (auto* parsed = std::get_if<json_body>(&made)) {
        parsed->values_ = reader.values();
        parsed->mended_ = mended && mended->lone_surrogates;
    }
    return made;
}

std::variant<json_body, refusal> json_body::of(json value) {
    json_body made;
    if (value.is_object()) {
        made.value_ = std::move(value);
        made.judge_prompt();
        if (made.error_) {
            return std::move(*made.error_);
        }
    } else if (!value.is_null()) {
        return submit::refuse(texts::not_object);
    }
    return made;
}

void json_body::judge_prompt() {
    const json* prompt = find("prompt");
    if (prompt != nullptr && prompt->is_string()
        && prompt->get_ref<const std::string&>().size() > max_prompt_bytes) {
        refuse_as("prompt", texts::prompt_too_long);
    }
}

json* json_body::find(std::string_view name) {
    const auto found = value_.find(name);
    return found == value_.end() || is_nothing(*found) ? nullptr : &*found;
}

bool json_body::has(std::string_view name) const {
    const auto found = value_.find(name);
    return found != value_.end() && !is_nothing(*found);
}

bool json_body::is_null(std::string_view name) const {
    const auto found = value_.find(name);
    return found != value_.end() && found->is_null();
}

std::string json_body::text(std::string_view name) {
    const auto found = value_.find(name);
    if (found != value_.end() && found->is_string()) {
        return std::move(found->get_ref<std::string&>()); // blanks too: `state` is echoed
    }
    if (has(name)) {
        refuse(name, a_string);
    }
    return {};
}

std::string json_body::id(std::string_view name) {
    json* value = find(name);
    if (value == nullptr) {
        return {};
    }
    auto read = id_of(*value);
    if (!read) {
        refuse(name, an_id);
    }
    return read.value_or("");
}

std::vector<std::string> json_body::texts(std::string_view name, const char* member) {
    std::vector<std::string> read;
    json* value = find(name);
    if (value == nullptr) {
        return read;
    }
    const auto take = [&read, member](json& item) {
        json* held = &item;
        if (member != nullptr && item.is_object() && item.contains(member)) {
            held = &item[member];
        }
        if (held->is_string()) {
            read.push_back(std::move(held->get_ref<std::string&>()));
        }
        return held->is_string() || held->is_null();
    };
    bool fits = true;
    if (value->is_array()) {
        for (json& item : *value) {
            fits = fits && take(item);
        }
    } else {
        fits = take(*value);
    }
    if (!fits) {
        refuse(name, strings);
        return {};
    }
    std::erase_if(read, [](const std::string& item) { return trimmed(item).empty(); });
    return read;
}

std::vector<std::string> json_body::ids(std::string_view name) {
    std::vector<std::string> read;
    json* value = find(name);
    if (value == nullptr) {
        return read;
    }
    if (value->is_object() || value->is_boolean()) {
        refuse(name, strings);
        return read;
    }
    if (!value->is_array()) {
        *value = json::array({std::move(*value)});
    }
    read.reserve(value->size());
    for (const json& item : *value) {
        auto one = id_of(item);
        if (one) {
            read.push_back(std::move(*one));
        } else if (!item.is_null()) {
            refuse(name, an_id);
        }
    }
    return read;
}

std::optional<std::int64_t> json_body::integer(std::string_view name) {
    const json* value = find(name);
    const auto number = value == nullptr ? std::nullopt : whole_in(*value);
    if (value != nullptr && !number) {
        refuse(name, an_integer);
    }
    return number;
}

bool json_body::flag(std::string_view name) {
    const json* value = find(name);
    const auto truth = value == nullptr ? false : truth_in(*value);
    if (!truth) {
        refuse(name, a_boolean);
    }
    return truth.value_or(false);
}

json_body json_body::object(std::string_view name) {
    json_body inner;
    json* value = find(name);
    if (value != nullptr && value->is_object()) {
        inner.value_ = std::move(*value);
    } else if (value != nullptr) {
        refuse(name, an_object);
    }
    return inner;
}

std::vector<json_body> json_body::objects(std::string_view name) {
    std::vector<json_body> bodies;
    json* value = find(name);
    if (value == nullptr) {
        return bodies;
    }
    if (!value->is_array()) {
        refuse(name, objects_wanted);
        return bodies;
    }
    bodies.reserve(value->size());
    for (json& item : *value) {
        json_body& made = bodies.emplace_back();
        made.mended_ = mended_;
        if (item.is_object()) {
            made.value_ = std::move(item);
            made.judge_prompt();
        } else {
            made.error_ = submit::refuse(texts::not_object);
        }
    }
    return bodies;
}

std::string json_body::digest() const {
    return sha256_hex(value_.dump(-1, ' ', false, json::error_handler_t::replace));
}

void json_body::refuse(std::string_view name, const task::bilingual& expected) {
    if (!error_) {
        error_ = refuse_field(name, expected);
    }
}

void json_body::refuse_as(std::string_view name, task::bilingual why) {
    if (!error_) {
        error_ = submit::refuse(std::move(why));
        error_->field = name;
    }
}

void json_body::adopt_error(const json_body& inner) {
    if (!error_) {
        error_ = inner.error_;
    }
}

} // namespace imagined::submit
