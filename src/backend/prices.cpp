#include "imagined/backend/prices.hpp"

#include "imagined/base/text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <string_view>
#include <vector>

namespace imagined::backend {

namespace {

using task::model;
using task::operation;
using task::rendering_speed;

// The shipped numbers, in thousandths of a dollar.
constexpr std::int64_t micros(std::int64_t thousandths) {
    return thousandths * 1000;
}

struct by_speed {
    std::int64_t turbo; // and FLASH, unless said otherwise
    std::int64_t standard;
    std::int64_t quality;

    std::int64_t at(rendering_speed speed) const {
        switch (speed) {
        case rendering_speed::quality:
            return micros(quality);
        case rendering_speed::standard:
            return micros(standard);
        default:
            return micros(turbo);
        }
    }
};

std::int64_t transparent(const task::render_request& request) {
    if (request.upscale_factor == "X4") {
        return by_speed{200, 230, 260}.at(request.speed);
    }
    if (request.upscale_factor == "X2") {
        return by_speed{160, 190, 220}.at(request.speed);
    }
    return by_speed{40, 70, 100}.at(request.speed);
}

std::int64_t version_3(const task::render_request& request) {
    if (!request.character_references.empty()) {
        return by_speed{100, 150, 200}.at(request.speed);
    }
    const bool as_generate = request.what == operation::generate || request.what == operation::remix
                             || request.speed == rendering_speed::flash;
    return (as_generate ? by_speed{30, 60, 90} : by_speed{60, 60, 90}).at(request.speed);
}

std::int64_t older(model with) {
    switch (with) {
    case model::v1:
        return micros(60);
    case model::v1_turbo:
        return micros(20);
    case model::v2_turbo:
        return micros(50);
    case model::v2a:
        return micros(40);
    case model::v2a_turbo:
        return micros(25);
    default:
        return micros(80);
    }
}

std::int64_t shipped(const task::render_request& request) {
    switch (request.what) {
    case operation::upscale:
        return micros(60);
    case operation::describe:
    case operation::remove_background:
        return micros(10);
    case operation::instruct_edit:
        return micros(200);
    case operation::generate_transparent:
        return transparent(request);
    default:
        return request.model == model::v3 ? version_3(request) : older(request.model);
    }
}

bool is_price_key(std::string_view key) {
    const auto parts = split(key, '/');
    if (!task::parse_operation(parts.back()) || parts.size() > 3) {
        return false;
    }
    if (parts.size() == 1) {
        return true;
    }
    const auto with = task::parse_model(parts.front());
    const bool speed_fits =
        parts.size() == 2 || (with == model::v3 && task::parse_rendering_speed(parts[1]));
    return with.has_value() && speed_fits;
}

} // namespace

result<price_table> price_table::with(const price_overrides& overrides) {
    price_table table;
    for (const auto& [key, dollars] : overrides) {
        if (!is_price_key(key)) {
            return failure{
                failure_kind::invalid,
                fmt::format("price \"{}\" names no operation (as in \"V_3/TURBO/generate\")", key)
            };
        }
        constexpr double most = 1e6; // dollars a picture; beyond it the number is a mistake
        if (!(dollars >= 0) || dollars > most) {
            return failure{
                failure_kind::invalid, fmt::format("price \"{}\" must be 0 or more", key)
            };
        }
        table.overrides_[key] = std::llround(dollars * 1e6);
    }
    return table;
}

std::int64_t price_table::of_picture(const task::render_request& request) const {
    const auto what = task::to_string(request.what);
    const auto with = task::to_string(request.model);
    std::vector<std::string> keys;
    if (request.model == model::v3) {
        keys.push_back(fmt::format("{}/{}/{}", with, task::to_string(request.speed), what));
    }
    keys.push_back(fmt::format("{}/{}", with, what));
    keys.emplace_back(what);
    for (const auto& key : keys) {
        if (const auto found = overrides_.find(key); found != overrides_.end()) {
            return found->second;
        }
    }
    return shipped(request);
}

} // namespace imagined::backend
