#include "switches.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace imagined::sandbox {

namespace {

using nlohmann::json;

failure wrong_switch(std::string_view member, std::string_view why) {
    return {failure_kind::invalid, fmt::format("switches: {} {}", member, why)};
}

bool is_rule(const json& name) {
    return name.is_string()
           && std::find(waivable_rules.begin(), waivable_rules.end(), name.get<std::string>())
                  != waivable_rules.end();
}

} // namespace

result<switches> read_switches(const json& told, const switches& at_start) {
    constexpr double longest = 100;
    constexpr int most_pictures = 100000;
    if (!told.is_object()) {
        return wrong_switch("the body", "must be an object");
    }
    switches made = at_start;
    for (const auto& [name, value] : told.items()) {
        if (name == "waived") {
            if (!value.is_array() || !std::all_of(value.begin(), value.end(), is_rule)) {
                return wrong_switch(
                    name, fmt::format("must be an array of {}", fmt::join(waivable_rules, ", "))
                );
            }
            made.waived = value.get<std::set<std::string, std::less<>>>();
        } else if (name == "forbids") {
            if (!value.is_boolean()) {
                return wrong_switch(name, "must be true or false");
            }
            made.forbids = value.get<bool>();
        } else if (name == "latency") {
            if (!value.is_number() || value.get<double>() < 0 || value.get<double>() > longest) {
                return wrong_switch(name, "must be a number from 0 to 100");
            }
            made.latency = value.get<double>();
        } else if (name == "org_pictures") {
            if (!value.is_number_integer() || value.get<std::int64_t>() < 0
                || value.get<std::int64_t>() > most_pictures) {
                return wrong_switch(name, "must be an integer from 0 (no limit) to 100000");
            }
            made.org_pictures = value.get<int>();
        } else {
            return wrong_switch(name, "is not known");
        }
    }
    return made;
}

json shown(const switches& now) {
    return {
        {"waived", now.waived},
        {"forbids", now.forbids},
        {"latency", now.latency},
        {"org_pictures", now.org_pictures}
    };
}

drawing_time documented_time(const task::render_request& request) {
    using task::rendering_speed;
    if (request.model != task::model::v3) {
        const bool turbo = task::base_of(request.model) != request.model;
        return turbo ? drawing_time{milliseconds(3000), milliseconds(6000)}
                     : drawing_time{milliseconds(8000), milliseconds(15000)};
    }
    switch (request.speed) {
    case rendering_speed::flash:
        return {milliseconds(2000), milliseconds(4000)};
    case rendering_speed::turbo:
        return {milliseconds(4000), milliseconds(8000)};
    case rendering_speed::quality:
        return {milliseconds(15000), milliseconds(25000)};
    default:
        return {milliseconds(8000), milliseconds(15000)};
    }
}

} // namespace imagined::sandbox
