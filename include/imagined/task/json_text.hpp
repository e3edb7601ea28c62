// Writes JSON straight into a string. A task is rendered for every fetch and every callback, and
// building a tree of nodes first would be most of that work.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::task {

// `text` as a JSON string, quotes included. What is not UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

// One object, from "{" to "}". Keys are literals that need no escaping, each written once.
class object_text {
public:
    explicit object_text(std::string& out) : out_(out) { out_ += '{'; }

    object_text(const object_text&) = delete;
    object_text& operator=(const object_text&) = delete;

    ~object_text() { out_ += '}'; }

    // Starts a member; the caller writes its value to the string.
    void key(std::string_view name);

    void text(std::string_view name, std::string_view value);
    void text_or_null(std::string_view name, std::string_view value); // "" is null
    void number(std::string_view name, std::int64_t value);
    void number_or_null(std::string_view name, std::int64_t value); // 0 is null
    void flag(std::string_view name, bool value);
    void texts(std::string_view name, const std::vector<std::string>& values);
    void null(std::string_view name);

private:
    std::string& out_;
    bool first_ = true;
};

} // namespace imagined::task
