#include "imagined/task/json_reader.hpp"

#include "imagined/base/any_byte.hpp"
#include "imagined/base/bytes.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <utility>

namespace imagined::task {

namespace {

using nlohmann::json;

// How much of a string is looked at in one go for something that is not plain.
constexpr std::size_t stride = 64;

constexpr bool is_special(unsigned char c) {
    return static_cast<bool>((c == '"') | (c == '\\') | (c < 0x20));
}

// How many bytes at the front of `text` stand for themselves within a string.
std::size_t plain_bytes(std::string_view text) {
    std::size_t at = 0;
    while (at + stride <= text.size() && !any_byte(text.substr(at, stride), is_special)) {
        at += stride;
    }
    while (at < text.size() && !is_special(static_cast<unsigned char>(text[at]))) {
        ++at;
    }
    return at;
}

void append_utf8(std::string& out, unsigned point) {
    const auto add = [&out](unsigned byte) { out += static_cast<char>(byte); };
    if (point < 0x80) {
        add(point);
    } else if (point < 0x800) {
        add(0xc0 | (point >> 6));
        add(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
        add(0xe0 | (point >> 12));
        add(0x80 | ((point >> 6) & 0x3f));
        add(0x80 | (point & 0x3f));
    } else {
        add(0xf0 | (point >> 18));
        add(0x80 | ((point >> 12) & 0x3f));
        add(0x80 | ((point >> 6) & 0x3f));
        add(0x80 | (point & 0x3f));
    }
}

} // namespace

std::variant<json, json_flaw> json_reader::read(std::string_view text) {
    rest_ = text;
    depth_ = 0;
    flaw_ = json_flaw::not_json;
    if (!is_utf8(text)) {
        return json_flaw::not_utf8;
    }
    json root;
    skip_blanks();
    if (!value(root)) {
        return flaw_;
    }
    skip_blanks();
    if (!rest_.empty()) {
        return json_flaw::not_json;
    }
    return root;
}

bool json_reader::fail(json_flaw why) {
    flaw_ = why;
    return false;
}

bool json_reader::take(char expected) {
    if (!rest_.starts_with(expected)) {
        return false;
    }
    rest_.remove_prefix(1);
    return true;
}

void json_reader::skip_blanks() {
    while (!rest_.empty()
           && (rest_[0] == ' ' || rest_[0] == '\n' || rest_[0] == '\r' || rest_[0] == '\t')) {
        rest_.remove_prefix(1);
    }
}

bool json_reader::at_digit() const {
    return !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9';
}

std::size_t json_reader::skip_digits() {
    std::size_t count = 0;
    for (; at_digit(); ++count) {
        rest_.remove_prefix(1);
    }
    return count;
}

bool json_reader::value(json& into) {
    if (++values_ > max_values) {
        return fail(json_flaw::too_many_values);
    }
    if (rest_.empty()) {
        return false;
    }
    switch (rest_[0]) {
    case '{':
        return enter() && object(into);
    case '[':
        return enter() && list(into);
    case '"': {
        std::string text;
        if (!string(text)) {
            return false;
        }
        into = std::move(text);
        return true;
    }
    case 't':
        return word("true", true, into);
    case 'f':
        return word("false", false, into);
    case 'n':
        return word("null", nullptr, into);
    default:
        return number(into);
    }
}

bool json_reader::word(std::string_view expected, json made, json& into) {
    if (!rest_.starts_with(expected)) {
        return false;
    }
    rest_.remove_prefix(expected.size());
    into = std::move(made);
    return true;
}

// Steps over the bracket.
bool json_reader::enter() {
    rest_.remove_prefix(1);
    return ++depth_ <= max_depth || fail(json_flaw::too_deep);
}

bool json_reader::list(json& into) {
    into = json::array();
    auto& items = into.get_ref<json::array_t&>();
    skip_blanks();
    if (take(']')) {
        --depth_;
        return true;
    }
    while (true) {
        skip_blanks();
        if (!value(items.emplace_back())) {
            return false;
        }
        skip_blanks();
        if (take(']')) {
            --depth_;
            return true;
        }
        if (!take(',')) {
            return false;
        }
    }
}

// Of a name that stands twice the last one counts.
bool json_reader::object(json& into) {
    into = json::object();
    auto& members = into.get_ref<json::object_t&>();
    skip_blanks();
    if (take('}')) {
        --depth_;
        return true;
    }
    while (true) {
        skip_blanks();
        std::string name;
        if (!string(name)) {
            return false;
        }
        skip_blanks();
        if (!take(':')) {
            return false;
        }
        skip_blanks();
        if (!value(members[std::move(name)])) {
            return false;
        }
        skip_blanks();
        if (take('}')) {
            --depth_;
            return true;
        }
        if (!take(',')) {
            return false;
        }
    }
}

bool json_reader::string(std::string& into) {
    if (!take('"')) {
        return false;
    }
    while (true) {
        const std::size_t plain = plain_bytes(rest_);
        into.append(rest_.substr(0, plain));
        rest_.remove_prefix(plain);
        if (take('"')) {
            return true;
        }
        if (!take('\\') || !escape(into)) {
            return false; // a control character, or no end
        }
    }
}

bool json_reader::escape(std::string& into) {
    if (rest_.empty()) {
        return false;
    }
    const char c = rest_[0];
    rest_.remove_prefix(1);
    switch (c) {
    case '"':
    case '\\':
    case '/':
        into += c;
        return true;
    case 'b':
        into += '\b';
        return true;
    case 'f':
        into += '\f';
        return true;
    case 'n':
        into += '\n';
        return true;
    case 'r':
        into += '\r';
        return true;
    case 't':
        into += '\t';
        return true;
    case 'u':
        return code_point(into);
    default:
        return false;
    }
}

bool json_reader::code_point(std::string& into) {
    unsigned first = 0;
    if (!code_unit(first) || (first >= 0xdc00 && first < 0xe000)) {
        return false;
    }
    if (first < 0xd800 || first >= 0xe000) {
        append_utf8(into, first);
        return true;
    }
    unsigned second = 0;
    if (!take('\\') || !take('u') || !code_unit(second) || second < 0xdc00 || second >= 0xe000) {
        return false;
    }
    append_utf8(into, 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
    return true;
}

bool json_reader::code_unit(unsigned& into) {
    constexpr std::size_t digits = 4;
    const std::string_view text = rest_.substr(0, digits);
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, into, 16);
    if (text.size() < digits || error != std::errc{} || stop != end) {
        return false;
    }
    rest_.remove_prefix(digits);
    return true;
}

bool json_reader::number(json& into) {
    const std::string_view from = rest_;
    take('-');
    const bool zero = rest_.starts_with('0');
    const std::size_t digits = skip_digits();
    if (digits == 0 || (zero && digits > 1)) {
        return false;
    }
    bool whole = true;
    if (take('.')) {
        whole = false;
        if (skip_digits() == 0) {
            return false;
        }
    }
    if (take('e') || take('E')) {
        whole = false;
        if (!take('+')) {
            take('-');
        }
        if (skip_digits() == 0) {
            return false;
        }
    }
    const std::string_view text = from.substr(0, from.size() - rest_.size());
    if (whole && integer(text, into)) {
        return true;
    }
    // From a text of its own, which ends where the number does.
    const double read = std::strtod(std::string(text).c_str(), nullptr);
    into = read;
    return std::isfinite(read);
}

// False when it does not fit. nlohmann keeps what is not negative as unsigned.
bool json_reader::integer(std::string_view digits, json& into) const {
    const char* const end = digits.data() + digits.size();
    if (digits.starts_with('-')) {
        std::int64_t number = 0;
        const auto error = std::from_chars(digits.data(), end, number).ec;
        into = number;
        return error == std::errc{};
    }
    std::uint64_t number = 0;
    const auto error = std::from_chars(digits.data(), end, number).ec;
    into = number;
    return error == std::errc{};
}

} // namespace imagined::task
