#include "v1/submit_kinds.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace imagined::api {

namespace {

struct submit_kind {
    std::string_view name;
    submit::verb* carry_out;
};

constexpr std::array kinds{
    submit_kind{"imagine", submit::imagine},
    submit_kind{"describe", submit::describe},
    submit_kind{"blend", submit::blend},
    submit_kind{"shorten", submit::shorten},
    submit_kind{"edit", submit::edit},
    submit_kind{"retexture", submit::retexture},
    submit_kind{"change", submit::change},
    submit_kind{"press", submit::press},
    submit_kind{"answer", submit::answer_modal},
};

} // namespace

submit::verb* read_kind(submit::json_body& fields) {
    const std::string wanted = fields.has("kind") ? fields.text("kind") : "imagine";
    const auto* kind = std::find_if(kinds.begin(), kinds.end(), [&](const submit_kind& one) {
        return one.name == wanted;
    });
    return kind == kinds.end() ? nullptr : kind->carry_out;
}

const task::bilingual& unknown_kind() {
    static const task::bilingual text = [] {
        std::string names;
        for (const auto& one : kinds) {
            names.append(names.empty() ? "" : ", ").append(one.name);
        }
        return task::bilingual{"kind参数错误: " + names, "kind: expected one of " + names};
    }();
    return text;
}

} // namespace imagined::api
