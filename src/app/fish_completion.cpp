#include "offered.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace imagined::app {

namespace {

constexpr std::string_view fish_head =
    R"(# Completion of imagined for fish; `imagined completion fish` prints it.
function __imagined_command
    set -l command imagined
    for word in (commandline -opc)[2..]
        if contains -- "$command $word" )";

constexpr std::string_view fish_rest = R"(
            set command "$command $word"
        end
    end
    echo $command
end
function __imagined_in
    test (__imagined_command) = "$argv"
end
function __imagined_at_setting
    string match -q -- '--*.*' (commandline -ct)
end
complete -c imagined -f
)";

// In single quotes fish knows only these two.
std::string fish_quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    return out + "'";
}

void complete_command(
    const offered_command& of,
    const std::string& path,
    const std::vector<offered_option>& above,
    std::vector<std::string>& names,
    std::string& into
) {
    const std::string here =
        fmt::format("complete -c imagined -n {}", fish_quoted("__imagined_in " + path));
    std::vector<offered_option> own = above;
    for (const offered_option& option : of.options) {
        if (option.positional) {
            if (!option.choices.empty()) {
                into += fmt::format("{} -a '{}'\n", here, fmt::join(option.choices, " "));
            }
        } else if (std::ranges::find(own, option.name, &offered_option::name) == own.end()) {
            own.push_back(option);
        }
    }
    for (const offered_option& option : own) {
        std::string value;
        if (option.name == "--config") {
            value = " -r -F";
        } else if (option.takes_value) {
            value = fmt::format(" -x -a '{}'", fmt::join(option.choices, " "));
        }
        into += fmt::format(
            "{} -l {}{} -d {}\n", here, option.name.substr(2), value, fish_quoted(option.about)
        );
    }
    for (const offered_command& command : of.commands) {
        const std::string name = path + " " + command.name;
        names.push_back(fish_quoted(name));
        into += fmt::format("{} -a {} -d {}\n", here, command.name, fish_quoted(command.about));
        complete_command(
            command, name, command.inherits ? own : std::vector<offered_option>(), names, into
        );
    }
}

} // namespace

std::string
fish_completion(const offered_command& program, const std::vector<config::setting_help>& settings) {
    std::vector<std::string> names;
    std::string commands;
    complete_command(program, program.name, {}, names, commands);
    std::string text(fish_head);
    text += fmt::format("{}", fmt::join(names, " "));
    text += fish_rest;
    text += commands;
    for (const config::setting_help& one : settings) {
        if (one.as_option) {
            text += fmt::format(
                "complete -c imagined -n __imagined_at_setting -l {} -x -d {}\n",
                one.name,
                fish_quoted(one.about)
            );
        }
    }
    return text;
}

} // namespace imagined::app
