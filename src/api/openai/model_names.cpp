#include "openai/model_names.hpp"

#include "imagined/base/text.hpp"
#include "imagined/http/message.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace imagined::api {

namespace {

constexpr std::array drawing_operations{
    task::operation::generate,
    task::operation::generate_transparent,
    task::operation::remix,
    task::operation::edit,
    task::operation::inpaint
};

bool is_offered(const backend::roster& backends, task::model one) {
    return std::any_of(
        drawing_operations.begin(),
        drawing_operations.end(),
        [&](task::operation what) { return backends.serves(what, one); }
    );
}

bool begins_with(std::string_view text, std::string_view start) {
    return http::iequals(text.substr(0, start.size()), start);
}

// "6.1" is a version where "6" is configured.
bool is_version(std::string_view name, const task::imagine_defaults& defaults) {
    const auto point = std::min(name.find('.'), name.size());
    const std::string_view minor = name.substr(std::min(point + 1, name.size()));
    return defaults.versions.contains(std::string(name.substr(0, point)))
           && (point == name.size() || is_decimal(minor));
}

} // namespace

std::string openai_name(task::model of) {
    std::string name = "ideogram-v";
    for (const char c : task::to_string(of).substr(2)) { // "V_2A_TURBO"
        name += c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return name;
}

std::vector<task::model> offered_models(const backend::roster& backends) {
    std::vector<task::model> offered;
    for (const task::model one : task::all_models) {
        if (is_offered(backends, one)) {
            offered.push_back(one);
        }
    }
    return offered;
}

bool is_gpt_image(std::string_view name) {
    return begins_with(name, "gpt-image-") || http::iequals(name, "chatgpt-image-latest");
}

std::optional<meant_model> read_model_name(
    std::string_view name, const backend::roster& backends, const task::imagine_defaults& defaults
) {
    if (name.empty() || is_gpt_image(name) || begins_with(name, "dall-e-")) {
        return meant_model{};
    }
    for (const task::model one : task::all_models) {
        const bool named =
            http::iequals(name, openai_name(one)) || http::iequals(name, task::to_string(one));
        if (named) {
            return is_offered(backends, one) ? std::optional(meant_model{one, ""}) : std::nullopt;
        }
    }
    return is_version(name, defaults) ? std::optional(meant_model{{}, std::string(name)})
                                      : std::nullopt;
}

} // namespace imagined::api
