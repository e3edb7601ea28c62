#include "hang_up.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>

namespace imagined::app {

namespace {

bool has_terminal() {
    const int terminal = ::open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (terminal < 0) {
        return false;
    }
    ::close(terminal);
    return true;
}

} // namespace

bool ends_by_hang_up() {
    const auto before = std::signal(SIGHUP, SIG_IGN);
    return before != SIG_IGN && has_terminal();
}

} // namespace imagined::app
