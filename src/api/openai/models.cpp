// GET /v1/models: what can be asked for by name.
#include "answers/answers.hpp"
#include "answers/openai_error.hpp"
#include "openai/handlers.hpp"
#include "openai/model_names.hpp"
#include "openai/texts.hpp"

#include <nlohmann/json.hpp>

namespace imagined::api {

namespace {

nlohmann::ordered_json model_object(std::string_view name) {
    // When each was published is not known here; clients want a number.
    return {{"id", name}, {"object", "model"}, {"created", 0}, {"owned_by", "ideogram"}};
}

} // namespace

awaitable<http::response> list_models(context& api, call /*from*/) {
    auto data = nlohmann::ordered_json::array();
    for (const task::model one : offered_models(api.parts.backends)) {
        data.push_back(model_object(openai_name(one)));
    }
    const nlohmann::ordered_json told{{"object", "list"}, {"data", std::move(data)}};
    co_return json_answer(200, told.dump());
}

awaitable<http::response> show_model(context& api, call from) {
    const std::string& name = from.values[0];
    if (!read_model_name(name, api.parts.backends, api.submits.options.imagine)) {
        co_return openai_error(openai_kinds::no_model, texts::no_model.in(from.lang), "model");
    }
    const auto told = model_object(name);
    co_return json_answer(
        200, told.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)
    );
}

} // namespace imagined::api
