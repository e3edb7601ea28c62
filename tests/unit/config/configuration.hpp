// A configuration in one line of a test: a file's text, variables and flags.
#pragma once

#include "imagined/base/bytes.hpp"
#include "imagined/config/settings.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace imagined::test {

class temporary_directory {
public:
    temporary_directory()
        : path_(std::filesystem::temp_directory_path() / ("imagined-config-" + random_hex(8))) {
        std::filesystem::create_directories(path_);
    }

    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;

    ~temporary_directory() { std::filesystem::remove_all(path_); }

    std::string write(const std::string& name, std::string_view text) const {
        const auto file = path_ / name;
        std::ofstream(file, std::ios::binary) << text;
        return file.string();
    }

    std::string path(const std::string& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

struct given {
    std::string file;
    std::map<std::string, std::string> environment{};
    std::vector<std::pair<std::string, std::string>> flags{};
};

inline std::variant<config::settings, config::errors> load(const given& what) {
    const temporary_directory directory;
    return config::load({
        .file = directory.write("imagined.toml", what.file),
        .environment = what.environment,
        .flags = what.flags,
    });
}

// The settings; a failed load fails the test with its errors.
inline config::settings settings_of(const given& what) {
    auto loaded = load(what);
    if (const auto* errors = std::get_if<config::errors>(&loaded)) {
        for (const std::string& error : *errors) {
            MESSAGE(error);
        }
        REQUIRE(errors->empty());
    }
    return std::get<config::settings>(std::move(loaded));
}

inline config::errors errors_of(const given& what) {
    auto loaded = load(what);
    const auto* errors = std::get_if<config::errors>(&loaded);
    return errors == nullptr ? config::errors{} : *errors;
}

// The only error; a test that provokes one must not meet another.
inline std::string error_of(const given& what) {
    const auto errors = errors_of(what);
    REQUIRE(errors.size() == 1);
    return errors.front();
}

inline bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

// A backend that is complete, for tests about something else.
inline const std::string a_backend = R"(
[[backend]]
name = "camel-1"
dialect = "camel"
base_url = "https://camel.example"
keys = ["k-1"]
)";

} // namespace imagined::test
