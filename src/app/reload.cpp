#include "reload.hpp"

#include "cannot_start.hpp"

#include "imagined/base/log.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <exception>
#include <filesystem>
#include <utility>

namespace imagined::app {

namespace {

bool is_open(const config::settings& settings) {
    return settings.api.api_keys.empty() && settings.api.callers.empty();
}

api::reloaded refused(std::vector<std::string> errors) {
    for (const std::string& error : errors) {
        log::error("the configuration stays as it was", {{"error", error}});
    }
    return {.errors = std::move(errors)};
}

// What counts from the next start on, and is not as it was at this one.
std::vector<std::string>
changed_at_start(const config::settings& began, const config::settings& now) {
    std::vector<std::string> changed;
    for (const auto& [name, value] : now.at_start) {
        if (began.at_start.at(name) != value) {
            changed.push_back(name);
        }
    }
    const bool asked =
        began.at_start.at("server.image_links") != now.at_start.at("server.image_links");
    if (!asked && signs_links(began) != signs_links(now)) {
        changed.emplace_back("server.image_links"); // follows from whether there are keys
    }
    return changed;
}

} // namespace

bool signs_links(const config::settings& settings) {
    return settings.sign_links && !is_open(settings);
}

void tell_what_was_read(const config::settings& settings) {
    if (settings.file.empty()) {
        log::info("no configuration file is read");
    } else {
        log::info(
            "the configuration is read",
            {{"file", std::filesystem::absolute(settings.file).lexically_normal().string()}}
        );
    }
    for (const auto& warning : settings.warnings) {
        log::warning(warning);
    }
}

api::reloaded reload(
    const config::settings& began,
    const settings_reader& read_again,
    const standing_parts& standing,
    generation_switch& generations
) {
    try {
        const auto loaded = read_again();
        if (const auto* errors = std::get_if<config::errors>(&loaded)) {
            return refused(*errors);
        }
        const auto& settings = std::get<config::settings>(loaded);
        if (is_open(settings) && settings.listen != began.listen) {
            // Whether nobody needs a key was judged by an address that counts from the next start.
            return refused({fmt::format(
                "server.listen: the process still listens on {}; set server.api_keys, or add a "
                "[[caller]], until it is started again",
                began.listen
            )});
        }
        generations.turn_to(make_generation(settings, standing));
        log::configure(settings.log);
        tell_what_was_read(settings);
        api::reloaded told{
            .warnings = settings.warnings, .need_restart = changed_at_start(began, settings)
        };
        if (!told.need_restart.empty()) {
            log::warning(
                "settings that count from the next start on have changed",
                {{"settings", fmt::format("{}", fmt::join(told.need_restart, ", "))}}
            );
        }
        return told;
    } catch (const cannot_start& why) {
        return refused({why.why});
    } catch (const std::exception& error) {
        return refused({error.what()});
    }
}

} // namespace imagined::app
