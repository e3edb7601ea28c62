#include "toml_value.hpp"

#include <fmt/format.h>

#include <cmath>

namespace imagined::config {

namespace {

failure invalid(std::string text) {
    return {failure_kind::invalid, std::move(text)};
}

class reader {
public:
    explicit reader(const environment& variables) : variables_(variables) {}

    result<value> read(shape is, const toml::node& node) const {
        if (const auto* text = node.as_string()) {
            return from_string(is, text->get());
        }
        switch (is) {
        case shape::integer:
            if (const auto* number = node.as_integer()) {
                return value(number->get());
            }
            break;
        case shape::size:
            if (const auto* number = node.as_integer()) {
                if (auto size = value_from_text(is, std::to_string(number->get()))) {
                    return *std::move(size);
                }
            }
            break;
        case shape::number:
            if (const auto number = finite(node)) {
                return value(*number);
            }
            break;
        case shape::flag:
            if (const auto* flag = node.as_boolean()) {
                return value(flag->get());
            }
            break;
        case shape::words:
        case shape::durations:
            if (const auto* array = node.as_array()) {
                return from_array(is, *array);
            }
            break;
        case shape::word_map:
        case shape::number_map:
            if (const auto* table = node.as_table()) {
                return from_table(is, *table);
            }
            break;
        case shape::tree:
            if (node.is_table()) {
                tree made;
                made.what = planted(node, "", made);
                return value(std::move(made));
            }
            break;
        case shape::text:
        case shape::duration:
            break;
        }
        return invalid(expectation(is));
    }

private:
    static std::optional<double> finite(const toml::node& node) {
        const auto number = node.value<double>(); // whole numbers too
        return number && std::isfinite(*number) ? number : std::nullopt;
    }

    // In the file only text, durations and sizes are spelled as strings; a reference may stand for
    // any shape, and is then read like an environment variable.
    result<value> from_string(shape is, const std::string& text) const {
        const bool reference = is_indirect(text);
        const bool spelled_so = is == shape::text || is == shape::duration || is == shape::size;
        if (!reference && !spelled_so) {
            return invalid(expectation(is));
        }
        const auto resolved = resolve(text, variables_);
        if (!resolved) {
            return resolved.error();
        }
        if (auto read = value_from_text(is, *resolved)) {
            return *std::move(read);
        }
        // As the file spells it: what a reference leads to may be secret, and is not told.
        return invalid(fmt::format("{}, not \"{}\"", expectation(is), text));
    }

    result<value> from_array(shape is, const toml::array& array) const {
        words texts;
        durations lengths;
        for (std::size_t i = 0; i < array.size(); ++i) {
            const auto item = array[i].is_string()
                                  ? from_string(item_shape(is), array[i].as_string()->get())
                                  : result<value>(invalid(expectation(is)));
            if (!item) {
                return failure{
                    item.error().kind, fmt::format("element {}: {}", i + 1, item.error().detail)
                };
            }
            if (is == shape::words) {
                texts.push_back(std::get<std::string>(*item));
            } else {
                lengths.push_back(std::get<milliseconds>(*item));
            }
        }
        return is == shape::words ? value(std::move(texts)) : value(std::move(lengths));
    }

    // The node as JSON; the lines of what lies below it go `into` the tree.
    static nlohmann::json planted(const toml::node& node, const std::string& path, tree& into) {
        if (!path.empty()) {
            into.lines.emplace(path, node.source().begin.line);
        }
        const std::string before = path.empty() ? "" : path + ".";
        if (const auto* table = node.as_table()) {
            auto made = nlohmann::json::object();
            for (const auto& [key, below] : *table) {
                made[std::string(key.str())] = planted(below, before + std::string(key), into);
            }
            return made;
        }
        if (const auto* array = node.as_array()) {
            auto made = nlohmann::json::array();
            for (std::size_t i = 0; i < array->size(); ++i) {
                made.push_back(planted(*array->get(i), fmt::format("{}[{}]", path, i + 1), into));
            }
            return made;
        }
        if (const auto* text = node.as_string()) {
            return text->get();
        }
        if (const auto* number = node.as_integer()) {
            const auto whole = number->get();
            // Of a number that is not negative the type says so, as where JSON is read.
            return whole < 0 ? nlohmann::json(whole)
                             : nlohmann::json(static_cast<std::uint64_t>(whole));
        }
        if (const auto number = finite(node)) {
            return *number;
        }
        if (const auto* flag = node.as_boolean()) {
            return flag->get();
        }
        return nullptr; // a date, infinity: nothing that JSON has
    }

    static shape item_shape(shape list) {
        return list == shape::words ? shape::text : shape::duration;
    }

    result<value> from_table(shape is, const toml::table& table) const {
        word_map texts;
        number_map numbers;
        for (const auto& [key, node] : table) {
            const auto item = read(is == shape::word_map ? shape::text : shape::number, node);
            if (!item) {
                return failure{
                    item.error().kind, fmt::format("\"{}\": {}", key.str(), item.error().detail)
                };
            }
            if (is == shape::word_map) {
                texts.emplace(key.str(), std::get<std::string>(*item));
            } else {
                numbers.emplace(key.str(), std::get<double>(*item));
            }
        }
        return is == shape::word_map ? value(std::move(texts)) : value(std::move(numbers));
    }

    const environment& variables_;
};

} // namespace

result<value> value_from_toml(shape is, const toml::node& node, const environment& variables) {
    return reader(variables).read(is, node);
}

value references_in(shape is, const toml::node& node) {
    if (is != shape::words) {
        return node.value_or(std::string());
    }
    words texts;
    if (const auto* array = node.as_array()) {
        for (const toml::node& item : *array) {
            texts.push_back(item.value_or(std::string()));
        }
    } else {
        texts.push_back(node.value_or(std::string()));
    }
    return texts;
}

} // namespace imagined::config
