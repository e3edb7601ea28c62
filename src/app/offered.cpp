#include "offered.hpp"

#include <sstream>

namespace imagined::app {

namespace {

// The parser keeps the members of a set only in the name of the option's type: "TEXT:{all,api}".
std::vector<std::string> choices_of(const CLI::Option& option) {
    const std::string type = option.get_type_name();
    const auto open = type.find('{');
    const auto close = type.rfind('}');
    std::vector<std::string> choices;
    if (open != std::string::npos && close != std::string::npos) {
        std::istringstream members(type.substr(open + 1, close - open - 1));
        for (std::string one; std::getline(members, one, ',');) {
            choices.push_back(one);
        }
    }
    return choices;
}

offered_option read_option(const CLI::Option& option) {
    offered_option read;
    read.positional = option.get_positional();
    read.name = read.positional ? option.get_single_name() : "--" + option.get_lnames().front();
    read.about = option.get_description();
    read.choices = choices_of(option);
    read.takes_value = option.get_items_expected_max() > 0;
    return read;
}

} // namespace

offered_command read_offer(const CLI::App& parser) {
    offered_command read;
    read.name = parser.get_name();
    read.about = parser.get_description();
    read.inherits = parser.get_fallthrough();
    for (const CLI::Option* option : parser.get_options(nullptr)) {
        read.options.push_back(read_option(*option));
    }
    const auto all = [](const CLI::App*) { return true; };
    for (const CLI::App* command : parser.get_subcommands(all)) {
        read.commands.push_back(read_offer(*command));
    }
    return read;
}

} // namespace imagined::app
