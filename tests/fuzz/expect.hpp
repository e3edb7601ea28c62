// What must hold for every input. A fuzz target has no assertions of a test framework: a broken
// promise ends the process, and libFuzzer keeps the input.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace imagined::test {

inline void expect(bool held, const char* promise, std::string_view about = {}) {
    if (!held) {
        std::fprintf(
            stderr, "broken: %s: %s\n", promise, std::string(about.substr(0, 2000)).c_str()
        );
        std::abort();
    }
}

// Takes pieces off the front of an input; what is missing reads as zero.
class input {
public:
    explicit input(std::string_view bytes) : left_(bytes) {}

    unsigned char byte() {
        if (left_.empty()) {
            return 0;
        }
        const auto first = static_cast<unsigned char>(left_.front());
        left_.remove_prefix(1);
        return first;
    }

    // Up to the next line feed, which is dropped.
    std::string_view line() {
        const auto end = left_.find('\n');
        const auto taken = left_.substr(0, end);
        left_.remove_prefix(end == std::string_view::npos ? left_.size() : end + 1);
        return taken;
    }

    std::string_view rest() const { return left_; }

private:
    std::string_view left_;
};

} // namespace imagined::test
