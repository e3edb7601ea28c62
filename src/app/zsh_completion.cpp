#include "offered.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace imagined::app {

namespace {

constexpr std::string_view zsh_head = R"(#compdef imagined
# Completion of imagined for zsh; `imagined completion zsh` prints it.
_imagined() {
    local command=imagined word i
    local current=${words[CURRENT]} before=${words[CURRENT-1]}
    local -a verbs flags choices
    for ((i = 2; i < CURRENT; i++)); do
        word="$command ${words[i]}"
        case $word in
)";

constexpr std::string_view zsh_tail = R"(    esac
    if [[ $current == --*=* ]]; then
        before=${current%%=*}
        compset -P '*='
    fi
    case $before in
        --config) _files; return ;;
@options@    esac
    if [[ $current == --*.* ]]; then
        compadd -S '' -- @settings@
    elif [[ $current == -* ]]; then
        _describe option flags
    elif (( $#choices )); then
        compadd -- $choices
    elif (( $#verbs )); then
        _describe command verbs
    else
        _describe option flags
    fi
}
if [[ $funcstack[1] == _imagined ]]; then
    _imagined "$@"
else
    compdef _imagined imagined
fi
)";

// 'name:what it is for', as _describe takes it.
std::string described(const std::string& name, const std::string& about) {
    std::string text;
    for (const char c : name) {
        text += c == ':' ? "\\:" : std::string(1, c);
    }
    text += ':' + about;
    std::string quoted;
    for (const char c : text) {
        quoted += c == '\'' ? "'\\''" : std::string(1, c);
    }
    return "'" + quoted + "'";
}

struct zsh_branches {
    std::vector<std::string> names;
    std::string cases;
    std::map<std::string, std::string> values; // by option
};

void branch(
    const offered_command& of,
    const std::string& path,
    const std::vector<offered_option>& above,
    zsh_branches& into
) {
    std::vector<offered_option> own = above;
    std::vector<std::string> commands;
    std::vector<std::string> options;
    std::vector<std::string> choices;
    for (const offered_option& option : of.options) {
        if (option.positional) {
            choices.insert(choices.end(), option.choices.begin(), option.choices.end());
        } else if (std::ranges::find(own, option.name, &offered_option::name) == own.end()) {
            own.push_back(option);
        }
    }
    for (const offered_option& option : own) {
        options.push_back(described(option.name, option.about));
        if (!option.choices.empty()) {
            into.values[option.name] = fmt::format("{}", fmt::join(option.choices, " "));
        }
    }
    for (const offered_command& command : of.commands) {
        const std::string name = path + " " + command.name;
        commands.push_back(described(command.name, command.about));
        into.names.push_back("'" + name + "'");
        branch(command, name, command.inherits ? own : std::vector<offered_option>(), into);
    }
    into.cases += fmt::format(
        "        '{}')\n            verbs=({})\n            flags=({})\n"
        "            choices=({}) ;;\n",
        path,
        fmt::join(commands, " "),
        fmt::join(options, " "),
        fmt::join(choices, " ")
    );
}

std::string with(std::string text, std::string_view place, const std::string& what) {
    return text.replace(text.find(place), place.size(), what);
}

} // namespace

std::string
zsh_completion(const offered_command& program, const std::vector<config::setting_help>& settings) {
    zsh_branches all;
    branch(program, program.name, {}, all);
    std::string options;
    for (const auto& [name, words] : all.values) {
        options += fmt::format("        {}) compadd -- {}; return ;;\n", name, words);
    }
    std::vector<std::string> names;
    for (const config::setting_help& one : settings) {
        if (one.as_option) {
            names.push_back("--" + one.name + "=");
        }
    }
    std::string text(zsh_head);
    text += fmt::format(
        "            {}) command=$word ;;\n        esac\n    done\n    case $command in\n",
        fmt::join(all.names, "|")
    );
    text += all.cases;
    std::string tail = with(std::string(zsh_tail), "@options@", options);
    return text + with(std::move(tail), "@settings@", fmt::format("{}", fmt::join(names, " ")));
}

} // namespace imagined::app
