#include "imagined/config/settings.hpp"

#include "definition.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace imagined::config {

namespace {

constexpr std::string_view intro =
    R"(# The configuration of imagined. `imagined check-config` prints what comes of it, and all
# that is wrong with it; `imagined manual | man -l -` tells every key. A value "env:NAME" or
# "file:PATH" is read from there.
)";

// What one begins with: of a list an example of one table.
struct starter_line {
    std::string_view section;
    std::string_view key;
    std::string_view example = {}; // in TOML, behind a comment sign; "": the default, as it is
};

constexpr std::array starter_lines{
    starter_line{"server", "listen"},
    starter_line{"server", "public_url", R"("https://pictures.example.org")"},
    starter_line{"server", "api_keys", R"(["env:OPERATOR_KEY"])"},
    starter_line{"data", "dir"},
    starter_line{"redis", "url", R"("redis://127.0.0.1:6379/0")"},
    starter_line{"worker", "max_spend_per_day", "10.0"},
    starter_line{"caller", "name", R"("bot")"},
    starter_line{"caller", "key", R"("env:BOT_KEY")"},
    starter_line{"backend", "name", R"("ideogram")"},
    starter_line{"backend", "dialect", R"("official")"},
    starter_line{"backend", "keys", R"(["env:IDEOGRAM_KEY"])"},
};

constexpr std::string_view note_of(std::string_view section) {
    if (section == "redis") {
        return "# Without this, a private redis-server is started.\n";
    }
    if (section == "caller") {
        return "# Who may ask, each with a key of its own.\n";
    }
    if (section == "backend") {
        return "# Without a backend the built-in sandbox draws simulated pictures, and spends "
               "nothing.\n";
    }
    return "";
}

} // namespace

std::string starter_file() {
    std::string text(intro);
    std::string_view previous;
    for (const starter_line& line : starter_lines) {
        const definition& row = *find_definition(line.section, line.key);
        const bool list = is_list_section(line.section);
        if (line.section != previous) {
            const std::string header =
                list ? fmt::format("# [[{}]]", line.section) : fmt::format("[{}]", line.section);
            text += fmt::format("\n{}{}\n", note_of(line.section), header);
            previous = line.section;
        }
        if (!list) {
            text += fmt::format("# {}\n", row.about);
        }
        text += line.example.empty() ? fmt::format("{} = {}\n", row.key, to_toml(row.fallback))
                                     : fmt::format("# {} = {}\n", row.key, line.example);
    }
    return text;
}

} // namespace imagined::config
