#include "offered.hpp"

#include <fmt/format.h>

#include <string_view>

namespace imagined::app {

namespace {

// Text that roff takes for nothing but text.
std::string plain(std::string_view text) {
    std::string out;
    if (text.starts_with('.') || text.starts_with('\'')) {
        out = "\\&";
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        constexpr std::string_view ellipsis = "\xE2\x80\xA6";
        if (text.substr(i).starts_with(ellipsis)) {
            out += "\\&...";
            i += ellipsis.size() - 1;
        } else if (text[i] == '\\') {
            out += "\\e";
        } else if (text[i] == '-') {
            out += "\\-";
        } else {
            out += text[i];
        }
    }
    return out;
}

std::string value_of(const offered_option& option) {
    if (!option.choices.empty()) {
        return fmt::format("{}", fmt::join(option.choices, "|"));
    }
    return "VALUE";
}

std::string entry(std::string_view term, std::string_view about) {
    return fmt::format(".TP\n{}\n{}\n", term, about);
}

std::string term_of(const offered_option& option) {
    if (option.positional) {
        return fmt::format("\\fI{}\\fR", plain(option.name));
    }
    const std::string name = fmt::format("\\fB{}\\fR", plain(option.name));
    return option.takes_value ? fmt::format("{} \\fI{}\\fR", name, plain(value_of(option))) : name;
}

std::string options_text(const offered_command& of) {
    std::string text;
    for (const offered_option& option : of.options) {
        text += entry(term_of(option), plain(option.about));
    }
    return text;
}

// One heading a command, also of those that stand under another: "imagined task show".
std::string commands_text(const offered_command& of, const std::string& words) {
    std::string text;
    for (const offered_command& command : of.commands) {
        const std::string name = words + " " + command.name;
        text += fmt::format(
            ".SS \"{}\"\n{}\n{}", plain(name), plain(command.about), options_text(command)
        );
        text += commands_text(command, name);
    }
    return text;
}

std::string settings_text(const std::vector<config::setting_help>& settings) {
    std::string text;
    for (const config::setting_help& one : settings) {
        const std::string fallback =
            one.fallback.empty() ? "" : fmt::format(" Default: {}", plain(one.fallback));
        text +=
            entry(fmt::format("\\fB{}\\fR", plain(one.name)), plain(one.about) + "." + fallback);
    }
    return text;
}

constexpr std::string_view description =
    R"(It accepts the requests of Midjourney's /mj protocol, asks Ideogram or one of
its relays for pictures, keeps them, and tells the client by polling or by
callback.
Everything that it promises to do is written to Redis first: its own, or one
that is given.)";

constexpr std::string_view settings_intro =
    R"(Each stands in the configuration file under the section before its dot.
One that has a scalar or a list of words may also be given as an option,
.BI \-\- section . key = value
(which wins over everything), or in the environment as
.BI IMAGINED_ SECTION _ KEY
(which wins over the file).
A value
.BI env: NAME
or
.BI file: PATH
is read from there.
Those of
.B caller
and
.B backend
stand in tables of a list, one a caller or backend, and only in the file.)";

constexpr std::string_view closing = R"(.SH ENVIRONMENT
.TP
.B IDEOGRAM_API_KEY
Adds a backend named ideogram with this key, in Ideogram's own dialect.
.SH FILES
.TP
.I ./imagined.toml
Read if present and no
.B \-\-config
is given.
.TP
.I /etc/imagined/imagined.toml
The configuration of the packaged service.
.TP
.I /var/lib/imagined
Its data.dir.
.SH SIGNALS
SIGTERM and SIGINT drain: calls in flight finish, nothing new is started.
A second one cuts.
SIGHUP does the same where there is a terminal that can be closed.
Anywhere else it reads the configuration again: callers, keys, backends, budgets,
lists and log as they stand then, while calls in flight end as they began.
If anything is wrong with it, nothing changes.
What counts from the next start on is named in the log.
.SH EXIT STATUS
0 all went well; 1 failure at run time; 2 usage or configuration.
.SH SEE ALSO
.BR redis\-server (1)
)";

} // namespace

std::string manual_page(
    const offered_command& program,
    const std::vector<config::setting_help>& settings,
    const std::string& version,
    const std::string& date
) {
    std::string text =
        fmt::format(".TH IMAGINED 1 \"{}\" \"imagined {}\" \"User Commands\"\n", date, version);
    text += fmt::format(".SH NAME\nimagined \\- {}\n", plain(program.about));
    text += ".SH SYNOPSIS\n.B imagined\n.I command\n.RI [ option \\&... ]\n";
    text += fmt::format(".SH DESCRIPTION\n{}\n", description);
    text += fmt::format(".SH OPTIONS\n{}", options_text(program));
    text += fmt::format(".SH COMMANDS\n{}", commands_text(program, program.name));
    text += fmt::format(".SH SETTINGS\n{}\n{}", settings_intro, settings_text(settings));
    text += closing;
    return text;
}

} // namespace imagined::app
