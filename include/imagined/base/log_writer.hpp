// Who writes the log's lines. By default whoever logs, which may wait for the reader of standard
// error. While a log_writer lives, a thread of its own does: a reader that stalls costs lines then,
// never the event loop.
#pragma once

#include <cstddef>
#include <cstdint>

namespace imagined::log {

class log_writer {
public:
    // Of lines that wait to be written. What does not fit is dropped, counted, and told once there
    // is room again.
    static constexpr std::size_t max_waiting_bytes = std::size_t{1024} * 1024;

    // One at a time in a process.
    log_writer();
    // Waits a moment for what is left to be written. If nobody reads, it stays unwritten, as does
    // all that is logged from then on.
    ~log_writer();
    log_writer(const log_writer&) = delete;
    log_writer& operator=(const log_writer&) = delete;
};

// Lines that nobody will see, since the process began.
std::uint64_t dropped_lines();

} // namespace imagined::log
