#include "mcp/tools.hpp"

#include "answers/texts.hpp"
#include "context/opened_body.hpp"
#include "imagined/http/message.hpp"
#include "imagined/submit/read_one.hpp"
#include "imagined/submit/submit.hpp"
#include "imagined/submit/texts.hpp"
#include "views/parts_of_view.hpp"
#include "views/shown_task.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace imagined::api {

namespace {

using nlohmann::ordered_json;
using clock = std::chrono::steady_clock;

constexpr seconds longest_wait_of_tool{45};

// -- Schemas --------------------------------------------------------------------------------------

ordered_json text_schema(std::string_view description) {
    return {{"type", "string"}, {"minLength", 1}, {"description", description}};
}

ordered_json picture_schema(std::string_view what) {
    return text_schema(
        std::string(what) + ": an http(s) address, a data URL, or base64 of a PNG, JPEG or WebP"
    );
}

ordered_json id_schema() {
    return text_schema("The task's id, as an earlier call told it");
}

ordered_json output_schema() {
    const ordered_json text{{"type", "string"}};
    const ordered_json text_or_null{{"type", {"string", "null"}}};
    return {
        {"type", "object"},
        {"properties",
         {{"id", text},
          {"status",
           {{"type", "string"},
            {"enum", {"NOT_START", "SUBMITTED", "MODAL", "IN_PROGRESS", "SUCCESS", "FAILURE"}}}},
          {"progress", text_or_null},
          {"pictures",
           {{"type", "array"},
            {"items",
             {{"type", "object"},
              {"properties", {{"url", text}, {"thumbnail", text}}},
              {"required", {"url", "thumbnail"}}}}}},
          {"buttons",
           {{"type", "array"},
            {"items",
             {{"type", "object"},
              {"properties", {{"label", text}, {"customId", text}}},
              {"required", {"label", "customId"}}}}}},
          {"failReason", text},
          {"text", text}}},
        {"required", {"id", "status", "progress", "pictures", "buttons"}}
    };
}

ordered_json described_tool(
    std::string_view name,
    std::string_view title,
    std::string_view description,
    ordered_json properties,
    const std::vector<std::string>& required,
    bool reads_only
) {
    properties["previews"] = {
        {"type", "boolean"},
        {"description", "Show small previews of the pictures in the answer, beside their links"}
    };
    return {
        {"name", name},
        {"title", title},
        {"description", description},
        {"inputSchema",
         {{"type", "object"}, {"properties", std::move(properties)}, {"required", required}}},
        {"outputSchema", output_schema()},
        {"annotations",
         {{"readOnlyHint", reads_only}, {"destructiveHint", false}, {"openWorldHint", true}}}
    };
}

ordered_json describe_imagine() {
    return described_tool(
        "imagine",
        "Draw pictures",
        "Draws pictures from a prompt, in which Midjourney's flags may stand (--ar 16:9, --no "
        "text). "
        "Answers within 45 seconds; a longer drawing is answered with its id: call wait with it.",
        {{"prompt", text_schema("What is to be seen")}},
        {"prompt"},
        false
    );
}

ordered_json describe_edit() {
    return described_tool(
        "edit",
        "Edit a picture",
        "Draws a picture anew as the prompt says, as a whole or where a mask is white. Answers "
        "within "
        "45 seconds; a longer drawing is answered with its id: call wait with it.",
        {{"prompt", text_schema("What is to be changed")},
         {"image", picture_schema("The picture")},
         {"mask", picture_schema("What is white in it is drawn anew, what is black is kept")}},
        {"prompt", "image"},
        false
    );
}

ordered_json describe_describe() {
    return described_tool(
        "describe",
        "Describe a picture",
        "Finds prompts that would draw such a picture; they are in `text`.",
        {{"image", picture_schema("The picture")}},
        {"image"},
        false
    );
}

ordered_json describe_press() {
    return described_tool(
        "press",
        "Press a button of a task",
        "Goes on from a finished task: pick a picture (U1 to U4), vary it (V1 to V4), draw again, "
        "enlarge, zoom. It makes a new task. Answers within 45 seconds; a longer drawing is "
        "answered "
        "with its id: call wait with it.",
        {{"id", id_schema()},
         {"button", text_schema("The label of one of the task's buttons, or its customId")},
         {"prompt", text_schema("For buttons that ask for a prompt (Custom Zoom)")}},
        {"id", "button"},
        false
    );
}

ordered_json describe_task() {
    return described_tool(
        "task",
        "Look at a task",
        "How far a task is, with its pictures and buttons once they are there.",
        {{"id", id_schema()}},
        {"id"},
        true
    );
}

ordered_json describe_wait() {
    return described_tool(
        "wait",
        "Wait for a task",
        "Waits until a task has ended, 45 seconds at most: call it again when it has not.",
        {{"id", id_schema()},
         {"seconds",
          {{"type", "integer"},
           {"minimum", 0},
           {"maximum", longest_wait_of_tool.count()},
           {"description", "The longest to wait"}}}},
        {"id"},
        true
    );
}

// -- What they begin ------------------------------------------------------------------------------

bool is_address(std::string_view text) {
    return http::iequals(text.substr(0, 7), "http://")
           || http::iequals(text.substr(0, 8), "https://");
}

// A field that must say something.
std::string needed(submit::json_body& arguments, std::string_view name) {
    std::string text = name == "id" ? arguments.id(name) : arguments.text(name);
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
        arguments.refuse(name, {"不能为空", "expected a text that is not empty"});
    }
    return text;
}

std::optional<tool_fault> fault_of(const submit::json_body& arguments, task::language in) {
    const auto& wrong = arguments.error();
    return wrong ? std::optional(tool_fault{wrong->why.in(in)}) : std::nullopt;
}

clock::time_point end_of(const call& from) {
    return from.arrived + tool_time;
}

begun begun_by(const submit::outcome& made, const call& from) {
    if (const auto* refused = std::get_if<submit::refusal>(&made)) {
        return tool_fault{refused->why.in(from.lang)};
    }
    return begun_task{std::get<submit::accepted>(made).id, end_of(from), true};
}

std::optional<tool_fault> refuse_writing(context& api, const call& from) {
    if (from.who.reads_only) {
        return tool_fault{texts::viewers_read.in(from.lang)};
    }
    const readiness now = api.parts.ready();
    if (!now.draining && !now.closed) {
        return std::nullopt;
    }
    return tool_fault{(now.draining ? texts::draining : submit::texts::unavailable).in(from.lang)};
}

// The fields of a verb, from an object of values that were read, and judged, already.
submit::json_body fields_of(nlohmann::json values) {
    return std::get<submit::json_body>(submit::json_body::of(std::move(values)));
}

awaitable<begun>
submit_by_tool(context& api, const call& from, submit::verb* verb, nlohmann::json values) {
    if (auto closed = refuse_writing(api, from)) {
        co_return std::move(*closed);
    }
    const auto made = co_await verb(api.submits, requester_of(from), fields_of(std::move(values)));
    co_return begun_by(made, from);
}

awaitable<begun> begin_imagine(context& api, const call& from, submit::json_body arguments) {
    nlohmann::json values{{"prompt", needed(arguments, "prompt")}};
    if (auto wrong = fault_of(arguments, from.lang)) {
        co_return std::move(*wrong);
    }
    co_return co_await submit_by_tool(api, from, submit::imagine, std::move(values));
}

awaitable<begun> begin_edit(context& api, const call& from, submit::json_body arguments) {
    nlohmann::json values{
        {"prompt", needed(arguments, "prompt")},
        {"image", needed(arguments, "image")},
        {"maskBase64", arguments.text("mask")}
    };
    if (auto wrong = fault_of(arguments, from.lang)) {
        co_return std::move(*wrong);
    }
    co_return co_await submit_by_tool(api, from, submit::edit, std::move(values));
}

awaitable<begun> begin_describe(context& api, const call& from, submit::json_body arguments) {
    std::string image = needed(arguments, "image");
    if (auto wrong = fault_of(arguments, from.lang)) {
        co_return std::move(*wrong);
    }
    const char* field = is_address(image) ? "link" : "base64";
    nlohmann::json values{{field, std::move(image)}};
    co_return co_await submit_by_tool(api, from, submit::describe, std::move(values));
}

std::string no_task(task::language in) {
    return submit::texts::no_task.in(in);
}

// The button that is meant: by its customId, or by what stands on it.
std::string custom_id_of(const nlohmann::json& view, std::string_view meant) {
    const nlohmann::json buttons = member_of(view, "buttons");
    const auto says = [meant](const nlohmann::json& button, const char* key) {
        const auto found = button.find(key);
        return found != button.end() && found->is_string()
               && http::iequals(found->get_ref<const std::string&>(), meant);
    };
    if (buttons.is_array()) {
        for (const auto& one : buttons) {
            if (says(one, "customId") || says(one, "label") || says(one, "emoji")) {
                return one.value("customId", "");
            }
        }
    }
    return {};
}

std::string names_of_buttons(const nlohmann::json& view) {
    std::string names;
    for (const auto& one : buttons_of_view(view)) {
        names += (names.empty() ? "" : ", ") + one.value("label", "");
    }
    return names;
}

// What a button asks for is answered at once: with the words that came along, or as it proposes.
awaitable<begun> answer_question(
    context& api, const call& from, const submit::accepted& asks, const std::string& prompt
) {
    nlohmann::json values{{"taskId", asks.id}, {"prompt", prompt.empty() ? asks.question : prompt}};
    const auto made = co_await submit::answer_modal(
        api.submits, requester_of(from), fields_of(std::move(values))
    );
    begun answered = begun_by(made, from);
    if (std::holds_alternative<tool_fault>(answered)) {
        co_await api.parts.submission.cancel(
            from.who.scope(), asks.id, texts::cancelled_reason.in(from.lang)
        );
    }
    co_return answered;
}

awaitable<begun> begin_press(context& api, const call& from, submit::json_body arguments) {
    const std::string id = needed(arguments, "id");
    const std::string button = needed(arguments, "button");
    const std::string prompt = arguments.text("prompt");
    if (auto wrong = fault_of(arguments, from.lang)) {
        co_return std::move(*wrong);
    }
    if (auto closed = refuse_writing(api, from)) {
        co_return std::move(*closed);
    }
    const auto found = co_await submit::read_one(api.parts.tasks, from.who.scope(), id);
    if (!found) {
        co_return tool_fault{no_task(from.lang)};
    }
    const auto text = task_json(*found, api.here(), api.parts.tasks.now());
    const auto view = nlohmann::json::parse(text ? *text : "{}", nullptr, false);
    const std::string pressed = view.is_object() ? custom_id_of(view, button) : "";
    if (pressed.empty()) {
        const std::string names = view.is_object() ? names_of_buttons(view) : "";
        co_return tool_fault{
            names.empty() ? "button: the task has none now"
                          : "button: expected one of " + names + ", or a customId"
        };
    }
    const auto made = co_await submit::press(
        api.submits, requester_of(from), fields_of({{"taskId", id}, {"customId", pressed}})
    );
    const auto* task = std::get_if<submit::accepted>(&made);
    if (task != nullptr && task->now == submit::accepted::state::asks) {
        co_return co_await answer_question(api, from, *task, prompt);
    }
    co_return begun_by(made, from);
}

awaitable<begun> begin_task(context& /*api*/, const call& from, submit::json_body arguments) {
    std::string id = needed(arguments, "id");
    if (auto wrong = fault_of(arguments, from.lang)) {
        co_return std::move(*wrong);
    }
    co_return begun_task{std::move(id), from.arrived, false};
}

awaitable<begun> begin_wait(context& /*api*/, const call& from, submit::json_body arguments) {
    std::string id = needed(arguments, "id");
    const auto asked = arguments.integer("seconds").value_or(longest_wait_of_tool.count());
    if (asked < 0) {
        arguments.refuse("seconds", {"应为0到45", "expected 0 to 45"});
    }
    if (auto wrong = fault_of(arguments, from.lang)) {
        co_return std::move(*wrong);
    }
    const auto granted = std::min<std::int64_t>(asked, longest_wait_of_tool.count());
    co_return begun_task{
        std::move(id), std::min(end_of(from), from.arrived + seconds(granted)), false
    };
}

constexpr std::array tools{
    tool{"imagine", describe_imagine, begin_imagine},
    tool{"edit", describe_edit, begin_edit},
    tool{"describe", describe_describe, begin_describe},
    tool{"press", describe_press, begin_press},
    tool{"task", describe_task, begin_task},
    tool{"wait", describe_wait, begin_wait},
};

} // namespace

const tool* find_tool(std::string_view name) {
    const auto* found = std::find_if(tools.begin(), tools.end(), [name](const tool& one) {
        return one.name == name;
    });
    return found == tools.end() ? nullptr : found;
}

ordered_json list_tools() {
    ordered_json listed = ordered_json::array();
    for (const tool& one : tools) {
        listed.push_back(one.describe());
    }
    return listed;
}

} // namespace imagined::api
