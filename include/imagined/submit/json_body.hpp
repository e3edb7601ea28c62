// Reading request bodies: strict about what a field is, lenient about what clients really send.
// What holds nothing (null, "", blanks, [], {}) is absent, an unknown field is nobody's business.
#pragma once

#include "imagined/base/offload_pool.hpp"
#include "imagined/submit/outcome.hpp"
#include "imagined/task/bilingual.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace imagined::submit {

// More than anybody reads, and little enough to be taken apart at once.
inline constexpr std::size_t max_prompt_bytes = std::size_t{32} * 1024;

// The object in a body, field by field. The first field of a wrong type is remembered, so a handler
// reads all it wants and asks once.
class json_body {
public:
    json_body() = default;
    json_body(json_body&&) = default;
    json_body& operator=(json_body&&) = default;
    json_body(const json_body&) = delete;
    json_body& operator=(const json_body&) = delete;
    ~json_body();

    // A byte order mark is skipped, mend_json() comes first, and `null` is an empty object. Fails
    // for what is not JSON in UTF-8 or beyond json_reader's limits, is no object, or has a `prompt`
    // beyond max_prompt_bytes.
    static std::variant<json_body, refusal> parse(std::string_view body);

    // The same for what was read already, within another message; it is moved, whatever its size.
    static std::variant<json_body, refusal> of(nlohmann::json value);

    // Where it is freed: a large one takes long.
    void bury_in(offload_pool::graveyard where) { grave_ = std::move(where); }

    // A string; "" when absent.
    std::string text(std::string_view name);
    // A string, trimmed and with plain digits, or a whole number as its decimal digits.
    std::string id(std::string_view name);
    // An array of strings; also a single string. Empty ones are left out. With `member`, objects
    // may stand for strings that they have under that name.
    std::vector<std::string> texts(std::string_view name, const char* member = nullptr);
    // An array of ids in either form; also a single one.
    std::vector<std::string> ids(std::string_view name);
    // A whole number ("1.0" is one), or a string of it; flag() takes 1, 0 and strings as well.
    std::optional<std::int64_t> integer(std::string_view name);
    bool flag(std::string_view name);
    // The object under `name`; an empty one when absent.
    json_body object(std::string_view name);
    // An array of objects, each a body by itself: one that is none, or whose prompt is too long,
    // remembers that.
    std::vector<json_body> objects(std::string_view name);
    // Equal for bodies that say the same, in whatever order. Not to be asked once a field was read.
    std::string digest() const;
    bool has(std::string_view name) const;
    // There, and null: the rare field where that is not the same as absent.
    bool is_null(std::string_view name) const;

    // Remembers that a field cannot be used, unless another already was: with its name in front of
    // what is expected, or in words of its own.
    void refuse(std::string_view name, const task::bilingual& expected);
    void refuse_as(std::string_view name, task::bilingual why);
    // Takes over what `inner` remembers.
    void adopt_error(const json_body& inner);

    const std::optional<refusal>& error() const { return error_; }

    // Half a character of the body (a lone surrogate) was replaced.
    bool mended() const { return mended_; }

    // How many values the whole body has.
    std::size_t values() const { return values_; }

private:
    nlohmann::json* find(std::string_view name);
    void judge_prompt();

    nlohmann::json value_ = nlohmann::json::object();
    std::optional<refusal> error_;
    std::size_t values_ = 0;
    bool mended_ = false;
    std::optional<offload_pool::graveyard> grave_;
};

} // namespace imagined::submit
