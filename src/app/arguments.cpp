#include "arguments.hpp"

#include <algorithm>

namespace imagined::app {

namespace {

// "--server.listen" or "--server.listen=…": no option of a command has a dot in its name.
bool is_setting(std::string_view word) {
    return word.starts_with("--") && word.substr(0, word.find('=')).find('.') != word.npos;
}

} // namespace

result<arguments> separate_settings(std::vector<std::string> given) {
    arguments separated;
    for (auto word = given.begin(); word != given.end(); ++word) {
        if (*word == "--") {
            std::copy(word, given.end(), std::back_inserter(separated.words));
            break;
        }
        if (!is_setting(*word)) {
            separated.words.push_back(std::move(*word));
            continue;
        }
        const std::string setting = word->substr(2);
        if (const auto equals = setting.find('='); equals != std::string::npos) {
            separated.settings.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
        } else if (std::next(word) != given.end() && !std::next(word)->starts_with("--")) {
            ++word;
            separated.settings.emplace_back(setting, *word);
        } else {
            return failure{failure_kind::invalid, "--" + setting + " needs a value"};
        }
    }
    return separated;
}

} // namespace imagined::app
