// GET /v1/capabilities: what can be asked for here and now, read from the tables that decide it, so
// that a form drawn from this answer never offers what would be refused.
#include "answers/answers.hpp"
#include "imagined/submit/submit.hpp"
#include "v1/handlers.hpp"
#include "v1/look.hpp"

#include "imagined/backend/offered_fields.hpp"
#include "imagined/task/money.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace imagined::api {

namespace {

using nlohmann::json;
using task::operation;

std::string_view word_of(backend::offered_field::kind what) {
    using kind = backend::offered_field::kind;
    switch (what) {
    case kind::text:
        return "text";
    case kind::integer:
        return "integer";
    case kind::choice:
        return "choice";
    case kind::flag:
        return "flag";
    case kind::object:
        return "object";
    case kind::file:
        return "file";
    }
    return "text";
}

json field_json(const backend::offered_field& field) {
    json told{{"name", field.name}, {"type", word_of(field.what)}, {"required", field.required}};
    if (field.what == backend::offered_field::kind::choice) {
        told["values"] = field.words;
    }
    if (field.what == backend::offered_field::kind::integer) {
        told["least"] = field.least;
        told["most"] = field.most;
    }
    if (field.most_values > 1) {
        told["count"] = field.most_values;
    }
    return told;
}

json fields_json(operation what, task::model with) {
    json fields = json::array();
    for (const auto& field : backend::offered_fields(what, with)) {
        fields.push_back(field_json(field));
    }
    return fields;
}

// Each operation with the models that some backend serves; without them the operation has none.
json operations_json(const backend::roster& backends) {
    json operations = json::array();
    for (const operation what : task::all_operations) {
        json models = json::array();
        for (const task::model with : task::all_models) {
            if (backends.serves(what, with)) {
                models.push_back(
                    {{"model", task::to_string(with)}, {"fields", fields_json(what, with)}}
                );
            }
            if (!models.empty() && backend::knows_no_model(what)) {
                models[0]["model"] = nullptr;
                break;
            }
        }
        if (!models.empty()) {
            operations.push_back({{"name", task::to_string(what)}, {"models", std::move(models)}});
        }
    }
    return operations;
}

bool anyone_serves(const backend::roster& backends, operation what) {
    return std::any_of(task::all_models.begin(), task::all_models.end(), [&](task::model with) {
        return backends.serves(what, with);
    });
}

// The kinds of POST /v1/tasks that start something new.
json kinds_json(const backend::roster& backends) {
    const bool draws = anyone_serves(backends, operation::generate);
    const bool redraws = anyone_serves(backends, operation::remix)
                         || anyone_serves(backends, operation::instruct_edit);
    json kinds = json::array();
    const auto offer = [&kinds](const char* kind, bool served) {
        if (served) {
            kinds.push_back(kind);
        }
    };
    offer("imagine", draws);
    offer("edit", redraws);
    offer("retexture", redraws);
    offer("blend", redraws);
    offer("describe", anyone_serves(backends, operation::describe));
    offer("shorten", true);
    return kinds;
}

// What one picture costs at the key that would be asked first; null where nobody serves it.
json price_json(const backend::roster& backends, const task::render_request& wanted) {
    const auto candidates = backends.candidates(wanted, 0);
    const backend::backend* first =
        candidates.empty() ? nullptr : backends.owner_of(candidates.front().name);
    if (first == nullptr) {
        return nullptr;
    }
    return static_cast<double>(first->prices().of_picture(wanted)) / task::micros_per_dollar;
}

json prices_json(const backend::roster& backends) {
    using speed = task::rendering_speed;
    json prices = json::array();
    for (const task::model with : task::all_models) {
        std::vector<speed> speeds{speed::standard};
        if (with == task::model::v3) {
            speeds = {speed::turbo, speed::standard, speed::quality};
        }
        for (const speed one : speeds) {
            task::render_request wanted;
            wanted.model = with;
            wanted.speed = one;
            if (json usd = price_json(backends, wanted); !usd.is_null()) {
                prices.push_back(
                    {{"model", task::to_string(with)},
                     {"speed", task::to_string(one)},
                     {"usd", std::move(usd)}}
                );
            }
        }
    }
    return prices;
}

json versions_json(const task::imagine_defaults& imagine) {
    json versions = json::object();
    for (const auto& [version, with] : imagine.versions) {
        versions[version] = task::to_string(with);
    }
    return versions;
}

// Pictures in progress at all backends, and how many may be: null where one has no limit.
json places_json(const backend::roster& backends, const queue::statistics& counted) {
    std::set<std::string> seen;
    int in_progress = 0;
    int limit = 0;
    bool unlimited = false;
    for (const auto& member : backends.members()) {
        for (const auto& slot : member->slots()) {
            if (!seen.insert(slot.group.empty() ? slot.name : slot.group).second) {
                continue;
            }
            const auto state =
                std::ranges::find(counted.slots, slot.name, &queue::slot_state::name);
            const auto now = state == counted.slots.end() ? queue::slot_state{} : *state;
            in_progress += now.group_pictures;
            limit += now.picture_limit(slot.pictures);
            unlimited = unlimited || now.picture_limit(slot.pictures) == 0;
        }
    }
    return {{"inProgress", in_progress}, {"limit", unlimited ? json(nullptr) : json(limit)}};
}

} // namespace

awaitable<http::response> show_capabilities(context& api, call /*from*/) {
    const backend::roster& backends = api.parts.backends;
    const task::imagine_defaults& imagine = api.options.imagine;
    const auto counted = co_await api.counted.now();
    const json told{
        {"demo", api.options.demo},
        {"kinds", kinds_json(backends)},
        {"imagine",
         {{"images", imagine.images},
          {"defaultModel", task::to_string(imagine.default_model)},
          {"versions", versions_json(imagine)},
          {"styles", backend::offered_styles()}}},
        {"operations", operations_json(backends)},
        {"prices", prices_json(backends)},
        {"limits",
         {{"pictures", submit::max_input_pictures},
          {"pictureBytes", submit::max_picture_bytes},
          {"bodyBytes", api.options.max_body_bytes},
          {"promptBytes", task::max_prompt_bytes}}},
        {"places", places_json(backends, counted)},
    };
    co_return json_answer(200, told.dump());
}

} // namespace imagined::api
