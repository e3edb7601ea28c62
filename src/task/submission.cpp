#include "imagined/task/submission.hpp"

#include "imagined/task/json_text.hpp"
#include "json_fields.hpp"
#include "request_text.hpp"

#include <nlohmann/json.hpp>

namespace imagined::task {

namespace {

using nlohmann::json;

constexpr std::string_view imagine_command = "/imagine ";
constexpr std::size_t usual_submission_bytes = 400; // beside the prompt

void put_text(object_text& object, std::string_view key, const std::string& text) {
    if (!text.empty()) {
        object.text(key, text);
    }
}

bool is_usual_description(const submission& value) {
    const std::string_view text = value.description;
    return text.starts_with(imagine_command) && text.substr(imagine_command.size()) == value.prompt;
}

bool is_task_bot(std::string_view text) {
    return text == to_string(bot::mid_journey) || text == to_string(bot::niji_journey);
}

} // namespace

// A waiting task is mostly its prompt, so a text that repeats another is written once: an absent
// final prompt is the prompt, an absent description "/imagine <prompt>", and an absent prompt in
// the request the final one. An imagine in Chinese names neither.
std::string to_text(const submission& value) {
    std::string out;
    out.reserve(usual_submission_bytes + value.prompt.size());
    {
        object_text object(out);
        if (value.what != action::imagine) {
            object.text("action", to_string(value.what));
        }
        put_text(object, "prompt", value.prompt);
        if (value.final_prompt != value.prompt) {
            object.text("final_prompt", value.final_prompt);
        }
        if (!is_usual_description(value)) {
            object.text("description", value.description);
        }
        put_text(object, "state", value.state);
        put_text(object, "notify_hook", value.notify_hook);
        put_text(object, "public_url", value.public_url);
        put_text(object, "traceparent", value.traceparent);
        if (value.lang != language::zh) {
            object.text("lang", to_string(value.lang));
        }
        if (value.mode) {
            object.text("mode", to_string(*value.mode));
        }
        if (value.bot_type != bot::mid_journey) {
            object.text("bot", to_string(value.bot_type));
        }
        put_text(object, "parent_id", value.parent_id);
        if (value.parent_index != 0) {
            object.number("parent_index", value.parent_index);
        }
        put_text(object, "pressed", value.pressed);
        if (value.strong) {
            object.flag("strong", true);
        }
        if (value.native) {
            object.flag("native", true);
        }
        if (value.handed.inlined) {
            object.flag("inlined", true);
        }
        put_text(object, "format", value.handed.format);
        if (value.handed.quality) {
            object.number("quality", *value.handed.quality);
        }
        if (!value.notes.empty()) {
            object.texts("notes", value.notes);
        }
        object.key("request");
        append_request(out, value.request, value.final_prompt);
    }
    return out;
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
    value.final_prompt = value.prompt;
    fields.read("final_prompt", value.final_prompt);
    value.description = std::string(imagine_command) + value.prompt;
    fields.read("description", value.description);
    fields.read("state", value.state);
    fields.read("notify_hook", value.notify_hook);
    fields.read("public_url", value.public_url);
    fields.read("traceparent", value.traceparent);
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
    fields.read("inlined", value.handed.inlined);
    fields.read("format", value.handed.format);
    fields.read("quality", value.handed.quality, 1, 100);
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
    if (!request->contains("prompt")) {
        value.request.prompt = value.final_prompt;
    }
    return value;
}

} // namespace imagined::task
