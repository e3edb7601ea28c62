#include "imagined/task/submission.hpp"

#include "json_fields.hpp"

#include <nlohmann/json.hpp>

namespace imagined::task {

namespace {

using nlohmann::json;

void put_text(json& object, const char* key, const std::string& text) {
    if (!text.empty()) {
        object[key] = text;
    }
}

bool is_task_bot(std::string_view text) {
    return text == to_string(bot::mid_journey) || text == to_string(bot::niji_journey);
}

} // namespace

std::string to_text(const submission& value) {
    json object = json::object();
    object["action"] = to_string(value.what);
    put_text(object, "prompt", value.prompt);
    put_text(object, "final_prompt", value.final_prompt);
    put_text(object, "description", value.description);
    put_text(object, "state", value.state);
    put_text(object, "notify_hook", value.notify_hook);
    put_text(object, "public_url", value.public_url);
    object["lang"] = to_string(value.lang);
    if (value.mode) {
        object["mode"] = to_string(*value.mode);
    }
    if (value.bot_type != bot::mid_journey) {
        object["bot"] = to_string(value.bot_type);
    }
    put_text(object, "parent_id", value.parent_id);
    if (value.parent_index != 0) {
        object["parent_index"] = value.parent_index;
    }
    put_text(object, "pressed", value.pressed);
    if (value.strong) {
        object["strong"] = true;
    }
    if (value.native) {
        object["native"] = true;
    }
    object["request"] = to_json(value.request);
    if (!value.notes.empty()) {
        object["notes"] = value.notes;
    }
    return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

result<submission> submission_from_text(std::string_view text) {
    const json object = json::parse(text, nullptr, false);
    if (object.is_discarded()) {
        return failure{failure_kind::corrupt, "submission is not JSON"};
    }
    submission value;
    json_fields fields(object, "submission");
    fields.read_word("action", value.what, parse_action);
    fields.read("prompt", value.prompt);
    fields.read("final_prompt", value.final_prompt);
    fields.read("description", value.description);
    fields.read("state", value.state);
    fields.read("notify_hook", value.notify_hook);
    fields.read("public_url", value.public_url);
    fields.read_word("lang", value.lang, parse_language);
    fields.read_word("mode", value.mode, parse_speed_mode);
    std::string bot_type;
    fields.read("bot", bot_type);
    if (!bot_type.empty() && !is_task_bot(bot_type)) {
        fields.refuse("bot");
    }
    value.bot_type = parse_bot(bot_type);
    fields.read("parent_id", value.parent_id);
    fields.read("parent_index", value.parent_index);
    fields.read("pressed", value.pressed);
    fields.read("strong", value.strong);
    fields.read("native", value.native);
    fields.read("notes", value.notes);
    if (fields.error()) {
        return *fields.error();
    }
    const json* request = fields.find("request");
    if (request == nullptr) {
        return failure{failure_kind::corrupt, "submission has no request"};
    }
    auto read = render_request_from_json(*request);
    if (!read) {
        return read.error();
    }
    value.request = std::move(*read);
    return value;
}

} // namespace imagined::task
