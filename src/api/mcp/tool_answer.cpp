#include "mcp/tool_answer.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/base/plain_file.hpp"
#include "imagined/submit/read_one.hpp"
#include "imagined/submit/texts.hpp"
#include "mcp/protocol.hpp"
#include "views/parts_of_view.hpp"
#include "views/shown_task.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

namespace imagined::api {

namespace {

using nlohmann::json;

constexpr int most_previews = 4;

json text_block(const std::string& text) {
    return {{"type", "text"}, {"text", text}};
}

json structured_of(const json& view) {
    const json progress = member_of(view, "progress");
    json told{
        {"id", member_of(view, "id")},
        {"status", member_of(view, "status")},
        {"progress", progress == "" ? json(nullptr) : progress},
        {"pictures", pictures_of_view(view)},
        {"buttons", buttons_of_view(view)}
    };
    if (const json text = text_of_view(view); text.is_string()) {
        told["text"] = text;
    }
    const json reason = member_of(view, "failReason");
    if (told["status"] == "FAILURE" && reason.is_string()) {
        told["failReason"] = reason;
    }
    return told;
}

std::string sentence_of(const json& told) {
    const std::string id = told["id"];
    const std::string status = told["status"];
    if (status == "FAILURE") {
        return fmt::format("Task {} has failed: {}", id, told.value("failReason", ""));
    }
    if (status != "SUCCESS") {
        const std::string progress =
            told["progress"].is_string() ? told["progress"].get<std::string>() : "not begun";
        return fmt::format(
            R"(Task {} is not done yet ({}, {}). Call wait with id "{}".)", id, status, progress, id
        );
    }
    std::string text = fmt::format("Task {} is done.", id);
    if (told.contains("text")) {
        text += "\n" + told["text"].get<std::string>();
    }
    for (const auto& one : told["pictures"]) {
        text += "\n" + one.value("url", "");
    }
    std::string labels;
    for (const auto& one : told["buttons"]) {
        labels += (labels.empty() ? "" : ", ") + one.value("label", "");
    }
    return labels.empty() ? text : text + "\nButtons for press: " + labels;
}

void add_links(json& content, const json& pictures) {
    int number = 0;
    for (const auto& one : pictures) {
        content.push_back(
            {{"type", "resource_link"},
             {"uri", one.value("url", "")},
             {"name", "picture " + std::to_string(++number)}}
        );
    }
}

// Runs on the pool.
result<std::vector<std::string>> read_previews(store::image_store& images, const std::string& id) {
    std::vector<std::string> read;
    for (int n = 1; n <= most_previews; ++n) {
        const auto small = images.find_thumbnail(id, n);
        if (!small) {
            continue;
        }
        std::ifstream file(small->path, std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        if (store::sniff(bytes)) {
            read.push_back(to_base64(bytes));
        }
    }
    return read;
}

awaitable<> add_previews(context& api, std::string id, json& content) {
    auto job = [&images = api.parts.images, id = std::move(id)] {
        return read_previews(images, id);
    };
    const auto read = co_await api.parts.pool.run(std::move(job));
    if (!read) {
        co_return; // the links are there
    }
    for (const std::string& one : *read) {
        content.push_back({{"type", "image"}, {"data", one}, {"mimeType", "image/jpeg"}});
    }
}

} // namespace

json fault_result(const std::string& text) {
    return {{"content", json::array({text_block(text)})}, {"isError", true}};
}

awaitable<json>
task_result(context& api, const answer_wish& wanted, std::string id, bool made_here) {
    const auto found = co_await submit::read_one(api.parts.tasks, wanted.who, id);
    if (!found) {
        const bool unknown = found.error().kind == failure_kind::not_found;
        const auto& text = unknown ? submit::texts::no_task : submit::texts::unavailable;
        co_return fault_result(text.in(wanted.in));
    }
    const auto text = task_json(*found, api.here(), api.parts.tasks.now());
    const json view = json::parse(text ? *text : "", nullptr, false);
    if (!view.is_object()) {
        co_return fault_result(submit::texts::system_error.in(wanted.in));
    }
    json told = structured_of(view);
    json content = json::array({text_block(sentence_of(told)), text_block(told.dump())});
    if (wanted.edition >= mcp::with_structure) {
        add_links(content, told["pictures"]);
    }
    if (wanted.previews && !told["pictures"].empty()) {
        co_await add_previews(api, found->record.id, content);
    }
    const bool failed = made_here && told["status"] == "FAILURE";
    json made{{"content", std::move(content)}, {"structuredContent", std::move(told)}};
    if (failed) {
        made["isError"] = true;
    }
    co_return made;
}

} // namespace imagined::api
