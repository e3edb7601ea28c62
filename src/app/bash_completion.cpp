#include "offered.hpp"

#include <fmt/format.h>

#include <map>

namespace imagined::app {

namespace {

constexpr std::string_view script_head =
    R"(# Completion of imagined for bash; `imagined completion bash` prints it.
_imagined() {
    local IFS=$' \t\n' current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local words= word i
    # Of --name=value bash makes three words.
    if [[ $current == = ]]; then
        current=
    elif [[ $before == = ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    local command=imagined
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=$command\ ${COMP_WORDS[i]}
        case $word in
)";

constexpr std::string_view script_tail = R"(    esac
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    if [[ -n ${COMP_TYPE-} && ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == --*= ]]; then
        compopt -o nospace
    fi
}
complete -F _imagined imagined
)";

using values = std::map<std::string, std::string>; // by option: "--role" -> "all api worker"

struct branches {
    std::string names; // every command: "imagined serve" | …
    std::string cases; // what may follow each
    values of_options;
};

void add(
    branches& to, const offered_command& of, const std::string& words, const std::string& above
) {
    std::string own = above;
    for (const offered_option& option : of.options) {
        if (option.positional) {
            continue;
        }
        if (above.find(option.name) == std::string::npos) {
            own += " " + option.name;
        }
        if (option.takes_value) {
            to.of_options[option.name] = fmt::format("{}", fmt::join(option.choices, " "));
        }
    }
    std::string next;
    for (const offered_option& option : of.options) {
        if (option.positional && !option.choices.empty()) {
            next += fmt::format(" {}", fmt::join(option.choices, " "));
        }
    }
    for (const offered_command& command : of.commands) {
        next += " " + command.name;
        const std::string name = words + " " + command.name;
        to.names += fmt::format("{}'{}'", to.names.empty() ? "" : " | ", name);
        add(to, command, name, command.inherits ? own : "");
    }
    to.cases += fmt::format(
        "        '{}') words='{}{}' ;;\n", words, own.empty() ? "" : own.substr(1), next
    );
}

std::string names_of(const std::vector<config::setting_help>& settings) {
    std::string names;
    for (const config::setting_help& one : settings) {
        if (one.as_option) {
            names += fmt::format("{}--{}=", names.empty() ? "" : " ", one.name);
        }
    }
    return names;
}

} // namespace

std::string
bash_completion(const offered_command& program, const std::vector<config::setting_help>& settings) {
    branches all;
    add(all, program, program.name, "");
    std::string text(script_head);
    text += fmt::format("            {}) command=$word ;;\n        esac\n    done\n", all.names);
    text += "    case $command in\n" + all.cases + "    esac\n";
    text += "    if [[ $current == --*.* ]]; then\n";
    text += fmt::format("        words='{}'\n    fi\n", names_of(settings));
    text += "    case $before in\n        --config) COMPREPLY=($(compgen -f -- \"$current\")); "
            "return ;;\n";
    for (const auto& [name, words] : all.of_options) {
        if (!words.empty()) {
            text += fmt::format("        {}) words='{}' ;;\n", name, words);
        }
    }
    text += script_tail;
    return text;
}

} // namespace imagined::app
