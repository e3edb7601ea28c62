#include "linking.hpp"

#include <algorithm>
#include <set>

namespace imagined::queue {

namespace {

constexpr std::string_view local_word = "local ";
constexpr std::string_view function_word = "function ";

bool is_name_character(char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string_view name_at(std::string_view text) {
    const auto end = std::find_if_not(text.begin(), text.end(), is_name_character);
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

// Words in strings and comments count as well: a piece too many does no harm.
std::vector<std::string_view> names_in(std::string_view text) {
    std::vector<std::string_view> names;
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view name = name_at(text.substr(at));
        if (name.empty()) {
            ++at;
            continue;
        }
        names.push_back(name);
        at += name.size();
    }
    return names;
}

// With its line break.
std::string_view line_at(std::string_view text, std::size_t at) {
    const auto end = text.find('\n', at);
    return text.substr(at, end == std::string_view::npos ? end : end + 1 - at);
}

bool ends_block(std::string_view line) {
    return line.substr(0, line.find_last_not_of('\n') + 1).ends_with(" end");
}

// A block runs to the `end` that stands at the start of a line; everything else is one line and
// the indented ones after it.
std::size_t end_of_piece(std::string_view library, std::size_t start) {
    const std::string_view first = line_at(library, start);
    const bool function =
        first.starts_with(local_word) && first.substr(local_word.size()).starts_with(function_word);
    const bool block = (function || first.starts_with("if ")) && !ends_block(first);
    std::size_t at = start + first.size();
    while (at < library.size()) {
        const std::string_view line = line_at(library, at);
        if (block && line.starts_with("end")) {
            return at + line.size();
        }
        if (!block && !line.starts_with(' ')) {
            return at;
        }
        at += line.size();
    }
    return at;
}

std::string_view name_of(std::string_view piece) {
    if (!piece.starts_with(local_word)) {
        return {};
    }
    piece.remove_prefix(local_word.size());
    if (piece.starts_with(function_word)) {
        piece.remove_prefix(function_word.size());
    }
    return name_at(piece);
}

} // namespace

std::vector<lua_piece> split_library(std::string_view library) {
    std::vector<lua_piece> pieces;
    for (std::size_t at = 0; at < library.size();) {
        const std::string_view line = line_at(library, at);
        if (line == "\n" || line.starts_with("--")) {
            at += line.size();
            continue;
        }
        const std::size_t end = end_of_piece(library, at);
        const std::string_view text = library.substr(at, end - at);
        pieces.push_back({name_of(text), text, names_in(text)});
        at = end;
    }
    return pieces;
}

std::string link_script(const std::vector<lua_piece>& library, std::string_view operation) {
    std::set<std::string_view> wanted;
    const auto want = [&wanted](const std::vector<std::string_view>& names) {
        wanted.insert(names.begin(), names.end());
    };
    want(names_in(operation));
    // A definition uses only what stands before it, so one pass from the back finds everything.
    std::vector<bool> taken(library.size(), false);
    for (std::size_t i = library.size(); i-- > 0;) {
        taken[i] = library[i].name.empty() || wanted.contains(library[i].name);
        if (taken[i]) {
            want(library[i].uses);
        }
    }
    std::string script;
    for (std::size_t i = 0; i < library.size(); ++i) {
        if (taken[i]) {
            script += library[i].text;
        }
    }
    return script.append(operation);
}

} // namespace imagined::queue
