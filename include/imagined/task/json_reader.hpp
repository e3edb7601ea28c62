// Reading JSON text of strangers into nlohmann's values. Depth and number of values are counted
// while reading, so that what is refused was never built: a short text can stand for a tree many
// times its size. Besides the tree nothing is allocated that grows with the text.
#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace imagined::task {

enum class json_flaw { not_utf8, not_json, too_deep, too_many_values };

class json_reader {
public:
    static constexpr std::size_t max_depth = 64;
    static constexpr std::size_t max_values = 100000;

    // What nlohmann::json::parse() would make of `text`, or why there is nothing. Several texts of
    // one request share the limit of values.
    std::variant<nlohmann::json, json_flaw> read(std::string_view text);

    // How many values were read so far.
    std::size_t values() const { return values_; }

private:
    bool value(nlohmann::json& into);
    bool list(nlohmann::json& into);
    bool object(nlohmann::json& into);
    bool string(std::string& into);
    bool escape(std::string& into);
    bool code_point(std::string& into);
    bool code_unit(unsigned& into);
    bool number(nlohmann::json& into);
    bool integer(std::string_view digits, nlohmann::json& into) const;
    bool word(std::string_view expected, nlohmann::json made, nlohmann::json& into);

    bool enter();
    bool fail(json_flaw why);
    bool take(char expected);
    bool at_digit() const;
    std::size_t skip_digits();
    void skip_blanks();

    std::string_view rest_;
    std::size_t depth_ = 0;
    std::size_t values_ = 0;
    json_flaw flaw_ = json_flaw::not_json;
};

} // namespace imagined::task
