#include "mistyped.hpp"

#include "imagined/base/edit_distance.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>

namespace imagined::app {

namespace {

// Who gets more than half of a word wrong meant something else.
constexpr std::size_t tolerated_part = 2;

struct known_command {
    std::string path; // "task show"
    std::string name; // "show"
    std::size_t depth = 0;
};

void collect(
    const offered_command& of,
    const std::string& path,
    std::size_t depth,
    std::vector<known_command>& into
) {
    for (const offered_command& command : of.commands) {
        into.push_back({path + command.name, command.name, depth});
        collect(command, path + command.name + " ", depth + 1, into);
    }
}

// One that is cut short is near; one that stands under another is a little farther.
std::size_t distance(const std::string& word, const known_command& known) {
    const std::size_t whole = edit_distance(word, known.name);
    const bool is_start = word.size() > 1 && known.name.starts_with(word);
    return (is_start ? std::min<std::size_t>(whole, 1) : whole) + known.depth;
}

std::string answer(const std::string& word, const offered_command& under, const std::string& path) {
    std::vector<known_command> known;
    collect(under, path, 0, known);
    const auto nearest = std::ranges::min_element(known, {}, [&](const known_command& one) {
        return distance(word, one);
    });
    const std::string wrong = fmt::format("there is no command \"{}{}\"", path, word);
    if (distance(word, *nearest) <= std::max<std::size_t>(2, word.size() / tolerated_part)) {
        return fmt::format("{}; did you mean \"{}\"?", wrong, nearest->path);
    }
    std::vector<std::string> names;
    for (const offered_command& one : under.commands) {
        names.push_back(one.name);
    }
    return fmt::format("{}; there are {}", wrong, fmt::join(names, ", "));
}

bool takes_next_word(const offered_command& of, const std::string& option) {
    const auto found = std::ranges::find(of.options, option, &offered_option::name);
    return found != of.options.end() && found->takes_value;
}

} // namespace

std::string
mistyped_command(const offered_command& program, const std::vector<std::string>& words) {
    const offered_command* level = &program;
    std::string path;
    for (std::size_t i = 0; i < words.size() && !level->commands.empty(); ++i) {
        if (words[i].starts_with('-')) {
            i += takes_next_word(*level, words[i]) ? 1 : 0;
            continue;
        }
        const auto named = std::ranges::find(level->commands, words[i], &offered_command::name);
        if (named == level->commands.end()) {
            return answer(words[i], *level, path);
        }
        path += words[i] + " ";
        level = &*named;
    }
    return "";
}

} // namespace imagined::app
