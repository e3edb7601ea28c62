// What the command line offers, as plain data: read from the parser's own definition, so that the
// man page and the completion can not say anything else than what is parsed.
#pragma once

#include "imagined/config/settings.hpp"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace imagined::app {

struct offered_option {
    std::string name; // "--config"; of a positional one its name: "ID"
    std::string about;
    std::vector<std::string> choices; // empty: anything
    bool takes_value = false;
    bool positional = false;
};

struct offered_command {
    std::string name;
    std::string about;
    std::vector<offered_option> options;
    std::vector<offered_command> commands;
    bool inherits = false; // the options of the command that it stands under go behind it as well
};

offered_command read_offer(const CLI::App& parser);

// roff of man(7), for section 1. `date` is "2026-11-21".
std::string manual_page(
    const offered_command& program,
    const std::vector<config::setting_help>& settings,
    const std::string& version,
    const std::string& date
);

// A script for a shell: commands, their options, the values of options that have few, settings.
std::string
bash_completion(const offered_command& program, const std::vector<config::setting_help>& settings);
std::string
zsh_completion(const offered_command& program, const std::vector<config::setting_help>& settings);
std::string
fish_completion(const offered_command& program, const std::vector<config::setting_help>& settings);

} // namespace imagined::app
