#include "imagined/task/json_text.hpp"

#include "imagined/base/any_byte.hpp"
#include "imagined/base/bytes.hpp"
#include "imagined/base/text.hpp"

namespace imagined::task {

namespace {

constexpr bool needs_escape(unsigned char c) {
    return (c < 0x20) | (c == '"') | (c == '\\');
}

void append_escaped(std::string& out, std::string_view text) {
    if (!any_byte(text, needs_escape)) {
        out += text;
        return;
    }
    constexpr std::size_t block = 32;
    std::size_t plain = 0; // start of the run that can be copied as it is
    for (std::size_t i = 0; i < text.size(); ++i) {
        while (i + block < text.size() && !any_byte(text.substr(i, block), needs_escape)) {
            i += block;
        }
        const auto c = static_cast<unsigned char>(text[i]);
        if (needs_escape(c)) {
            out += text.substr(plain, i - plain);
            append_json_escape(out, c);
            plain = i + 1;
        }
    }
    out += text.substr(plain);
}

// Rare: nothing that is not UTF-8 gets into a submission.
std::string mended(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t length = 1;
        while (length <= 4 && i + length <= text.size() && !is_utf8(text.substr(i, length))) {
            ++length;
        }
        if (length > 4 || i + length > text.size()) {
            result += "\xef\xbf\xbd";
            ++i;
        } else {
            result += text.substr(i, length);
            i += length;
        }
    }
    return result;
}

} // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    if (is_utf8(text)) {
        append_escaped(out, text);
    } else {
        append_escaped(out, mended(text));
    }
    out += '"';
}

void object_text::key(std::string_view name) {
    out_ += first_ ? "\"" : ",\"";
    out_ += name;
    out_ += "\":";
    first_ = false;
}

void object_text::text(std::string_view name, std::string_view value) {
    key(name);
    append_json_string(out_, value);
}

void object_text::text_or_null(std::string_view name, std::string_view value) {
    if (value.empty()) {
        null(name);
    } else {
        text(name, value);
    }
}

void object_text::number(std::string_view name, std::int64_t value) {
    key(name);
    out_ += std::to_string(value);
}

void object_text::number_or_null(std::string_view name, std::int64_t value) {
    if (value == 0) {
        null(name);
    } else {
        number(name, value);
    }
}

void object_text::flag(std::string_view name, bool value) {
    key(name);
    out_ += value ? "true" : "false";
}

void object_text::texts(std::string_view name, const std::vector<std::string>& values) {
    key(name);
    out_ += '[';
    for (const std::string& value : values) {
        out_ += &value == values.data() ? "" : ",";
        append_json_string(out_, value);
    }
    out_ += ']';
}

void object_text::null(std::string_view name) {
    key(name);
    out_ += "null";
}

} // namespace imagined::task
