// A directory of one test, gone with it.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include <stdlib.h>

namespace imagined::test {

struct temporary_directory {
    temporary_directory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "imagined-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) {
            throw std::runtime_error("no temporary directory");
        }
        path = std::filesystem::canonical(pattern);
    }

    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;

    ~temporary_directory() { std::filesystem::remove_all(path); }

    std::filesystem::path path;
};

} // namespace imagined::test
