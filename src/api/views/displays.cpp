#include "views/displays.hpp"

#include "imagined/base/clock.hpp"

#include <nlohmann/json.hpp>

#include <ctime>
#include <utility>
#include <vector>

namespace imagined::api {

namespace {

const task::bilingual& status_word(std::string_view status) {
    static const std::vector<std::pair<std::string_view, task::bilingual>> words{
        {"NOT_START", {"未启动", "Not started"}},
        {"SUBMITTED", {"已提交", "Submitted"}},
        {"IN_PROGRESS", {"执行中", "In progress"}},
        {"SUCCESS", {"成功", "Success"}},
        {"FAILURE", {"失败", "Failure"}},
        {"MODAL", {"窗口等待", "Waiting for input"}},
    };
    static const task::bilingual unknown{"未知", "Unknown"};
    for (const auto& [name, text] : words) {
        if (name == status) {
            return text;
        }
    }
    return unknown;
}

nlohmann::json local_time(const nlohmann::json& view, const char* key) {
    const auto found = view.find(key);
    if (found == view.end() || !found->is_number_integer()) {
        return nullptr;
    }
    const auto since = static_cast<std::time_t>(found->get<unix_millis>() / 1000);
    std::tm parts{};
    localtime_r(&since, &parts);
    char text[32];
    const auto size = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
    return std::string(text, size);
}

nlohmann::json use_time(const nlohmann::json& view) {
    const auto started = view.find("startTime");
    const auto finished = view.find("finishTime");
    const bool both = started != view.end() && finished != view.end()
                      && started->is_number_integer() && finished->is_number_integer();
    return both ? nlohmann::json(finished->get<unix_millis>() - started->get<unix_millis>())
                : nlohmann::json(nullptr);
}

} // namespace

std::string with_displays(const std::string& text, task::language in) {
    auto view = nlohmann::json::parse(text, nullptr, false);
    if (!view.is_object()) {
        return text;
    }
    const auto status = view.find("status");
    const bool named = status != view.end() && status->is_string();
    view["displays"] = {
        {"status", status_word(named ? status->get_ref<const std::string&>() : "").in(in)},
        {"submitTime", local_time(view, "submitTime")},
        {"startTime", local_time(view, "startTime")},
        {"finishTime", local_time(view, "finishTime")},
        {"action", view.contains("action") ? view["action"] : nlohmann::json(nullptr)},
        {"discordInstanceId", "imagined"},
    };
    view["useTime"] = use_time(view);
    return view.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace imagined::api
