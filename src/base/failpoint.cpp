#include "imagined/base/failpoint.hpp"

#ifdef IMAGINED_FAILPOINTS

#include <csignal>
#include <cstdlib>
#include <fstream>

#include <unistd.h>

namespace imagined::failpoint {

namespace {

const std::string& directory() {
    static const std::string named = [] {
        const char* text = std::getenv("IMAGINED_FAILPOINTS");
        return std::string(text == nullptr ? "" : text);
    }();
    return named;
}

// What the point is armed for, or "". Of several that reach it at once, one gets the file.
std::string disarm(const std::string& name) {
    const std::string path = directory() + "/" + name;
    const std::string mine = path + "." + std::to_string(::gettid()) + ".reached";
    if (::rename(path.c_str(), mine.c_str()) != 0) {
        return "";
    }
    std::string action;
    std::ifstream(mine) >> action;
    return action;
}

} // namespace

bool reach(const std::string& name) {
    if (directory().empty()) {
        return false;
    }
    const std::string action = disarm(name);
    if (action == "kill") {
        ::kill(::getpid(), SIGKILL);
    } else if (action == "stop") {
        ::kill(::getpid(), SIGSTOP);
    }
    return action == "error";
}

} // namespace imagined::failpoint

#endif
