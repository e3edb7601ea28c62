// What cannot be built as it is configured: at start the process ends, later nothing changes.
#pragma once

#include "exit_codes.hpp"

#include "imagined/base/failure.hpp"
#include "imagined/base/log.hpp"

#include <string>
#include <utility>

namespace imagined::app {

// Why has been logged; the shell, or who asked, is still to be told.
struct cannot_start {
    int code;
    std::string why;
};

[[noreturn]] inline void
refuse_to_start(const char* what, const failure& why, int code = exit_code::failed) {
    log::error(what, {{"reason", why.detail}});
    throw cannot_start{code, std::string(what) + ": " + why.detail};
}

// What was made. If it was not, refuses to start.
template <class T>
T required(result<T> made, const char* otherwise, int code = exit_code::failed) {
    if (!made) {
        refuse_to_start(otherwise, made.error(), code);
    }
    return *std::move(made);
}

} // namespace imagined::app
