// Reads a stored JSON object field by field. A missing field keeps its default and an unknown one
// is ignored, so that an older and a newer process can share a queue; a field of the wrong type or
// out of its range makes the whole value corrupt, under its name.
#pragma once

#include "imagined/base/failure.hpp"

#include <nlohmann/json.hpp>

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace imagined::task {

class json_fields {
public:
    // `what` names the value in failures: "request". `object` must outlive this.
    json_fields(const nlohmann::json& object, std::string_view what);

    // nullptr when the field is absent.
    const nlohmann::json* find(const char* key) const;

    // From here on error() says that `key` is corrupt; the first one stays.
    void refuse(std::string_view key);

    const std::optional<failure>& error() const { return error_; }

    void read(const char* key, std::string& into);
    void read(const char* key, bool& into);
    void read(const char* key, std::vector<std::string>& into);

    template <std::integral Number>
    void read(
        const char* key,
        Number& into,
        std::int64_t low = std::numeric_limits<Number>::min(),
        std::int64_t high = std::numeric_limits<Number>::max()
    ) {
        if (const auto value = whole(key, low, high)) {
            into = static_cast<Number>(*value);
        }
    }

    template <std::integral Number>
    void read(const char* key, std::optional<Number>& into, std::int64_t low, std::int64_t high) {
        if (const auto value = whole(key, low, high)) {
            into = static_cast<Number>(*value);
        }
    }

    // A word of a closed set, by its parse_* function. `into` may be an optional.
    template <class Into, class Word>
    void read_word(const char* key, Into& into, std::optional<Word> (*parse)(std::string_view)) {
        std::string text;
        read(key, text);
        if (text.empty()) {
            if (find(key) != nullptr) {
                refuse(key);
            }
            return;
        }
        const std::optional<Word> word = parse(text);
        if (!word) {
            refuse(key);
            return;
        }
        const Word known = *word;
        into = known;
    }

private:
    std::optional<std::int64_t> whole(const char* key, std::int64_t low, std::int64_t high);

    const nlohmann::json& object_;
    std::string what_;
    std::optional<failure> error_;
};

} // namespace imagined::task
