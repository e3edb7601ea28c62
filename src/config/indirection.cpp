#include "indirection.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace imagined::config {

namespace {

constexpr std::string_view env_prefix = "env:";
constexpr std::string_view file_prefix = "file:";
constexpr std::size_t max_file_bytes = 1 << 20;

// "env:sk-live-1234" is a key in the wrong place; a variable is spelled in capitals.
bool is_variable_name(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
}

} // namespace

bool is_indirect(std::string_view text) {
    return text.starts_with(env_prefix) || text.starts_with(file_prefix);
}

result<std::string> resolve(std::string_view text, const environment& variables) {
    if (text.starts_with(env_prefix)) {
        const std::string name(text.substr(env_prefix.size()));
        if (const auto found = variables.find(name); found != variables.end()) {
            return found->second;
        }
        const std::string shown = is_variable_name(name) ? " " + name : "";
        return failure{
            failure_kind::not_found,
            "the environment variable" + shown + " that it names is not set"
        };
    }
    if (text.starts_with(file_prefix)) {
        auto content = read_small_file(std::string(text.substr(file_prefix.size())));
        if (!content) {
            return failure{
                failure_kind::not_found, "the file that it names " + content.error().detail
            };
        }
        content->erase(content->find_last_not_of(" \t\r\n") + 1);
        return content;
    }
    return std::string(text);
}

result<std::string> read_small_file(const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        return failure{failure_kind::not_found, "is a directory"};
    }
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        const int reason = errno;
        return failure{
            failure_kind::not_found,
            reason == ENOENT
                ? "does not exist"
                : "cannot be read: " + std::error_code(reason, std::generic_category()).message()
        };
    }
    std::string content(max_file_bytes + 1, '\0');
    file.read(content.data(), static_cast<std::streamsize>(content.size()));
    content.resize(static_cast<std::size_t>(file.gcount()));
    if (content.size() > max_file_bytes) {
        return failure{failure_kind::not_found, "is larger than 1 MiB"};
    }
    return content;
}

} // namespace imagined::config
