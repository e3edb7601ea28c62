#include "log_outlet.hpp"

#include "imagined/base/log.hpp"
#include "imagined/base/log_writer.hpp"
#include "log_pace.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <climits>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <new>
#include <thread>

namespace imagined::log {

namespace {

constexpr std::chrono::milliseconds farewell{1000};

// Waits for the reader. Nobody is there, or the disk is full: the text is lost.
bool write_all(std::string_view text) {
    while (!text.empty()) {
        const auto count = ::write(STDERR_FILENO, text.data(), text.size());
        if (count >= 0) {
            text.remove_prefix(static_cast<std::size_t>(count));
        } else if (errno == EAGAIN) { // somebody else made it so
            pollfd room{STDERR_FILENO, POLLOUT, 0};
            ::poll(&room, 1, -1);
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

enum class mode {
    direct, // whoever logs writes
    queued,
    closed, // the writer was left behind in a write that does not end
};

struct outlet {
    std::mutex mutex;
    std::condition_variable more;
    std::condition_variable empty;
    mode how = mode::direct;
    bool writing = false;
    std::deque<std::string> lines;
    std::size_t bytes = 0;
    std::uint64_t dropped = 0;
    std::uint64_t dropped_untold = 0;
    log_pace pace;
};

// Never destroyed: a writer that was left behind may come back at any time.
outlet& out() {
    static outlet* const made = new outlet;
    return *made;
}

void drop(outlet& to) {
    ++to.dropped;
    ++to.dropped_untold;
}

void put_locked(outlet& to, std::string line) {
    line += '\n';
    if (to.how == mode::closed
        || (to.how == mode::queued && to.bytes + line.size() > log_writer::max_waiting_bytes)) {
        drop(to);
    } else if (to.how == mode::direct) {
        write_all(line);
    } else {
        to.bytes += line.size();
        to.lines.push_back(std::move(line));
        to.more.notify_one();
    }
}

std::string suppressed_text(std::size_t count) {
    return count == 0 ? "" : field_text("suppressed", std::to_string(count));
}

void tell_debts(outlet& to) {
    for (const auto& owed : to.pace.due(std::chrono::steady_clock::now())) {
        put_locked(to, line_of(level::warning, owed.kind, suppressed_text(owed.suppressed)));
    }
}

// Several lines at a time, but never more than a pipe takes in one piece: whoever else writes to it
// must not land in the middle of a line.
std::string take_some(outlet& from) {
    std::string some = std::move(from.lines.front());
    from.lines.pop_front();
    while (!from.lines.empty() && some.size() + from.lines.front().size() <= PIPE_BUF) {
        some += from.lines.front();
        from.lines.pop_front();
    }
    from.bytes -= some.size();
    return some;
}

void tell_dropped(outlet& to) {
    if (to.dropped_untold > 0) {
        const auto count = std::to_string(std::exchange(to.dropped_untold, 0));
        const auto fields = field_text("lines", count);
        put_locked(
            to, line_of(level::warning, "the log was read too slowly: lines are missing", fields)
        );
    }
}

void write_until_closed(outlet& from) {
    std::unique_lock lock(from.mutex);
    while (from.how == mode::queued) {
        if (from.lines.empty()) {
            tell_dropped(from);
            tell_debts(from);
        }
        if (from.lines.empty()) {
            from.empty.notify_all();
            if (from.pace.owes()) {
                from.more.wait_for(lock, log_pace::between);
            } else {
                from.more.wait(lock);
            }
            continue;
        }
        const std::string some = take_some(from);
        from.writing = true;
        lock.unlock();
        write_all(some);
        lock.lock();
        from.writing = false;
    }
    from.empty.notify_all();
}

} // namespace

void put_line(std::string line) {
    outlet& to = out();
    const std::lock_guard lock(to.mutex);
    try {
        tell_debts(to);
        put_locked(to, std::move(line));
    } catch (const std::bad_alloc&) {
        drop(to);
    }
}

void put_warning(std::string_view message, const std::string& fields) {
    outlet& to = out();
    const std::lock_guard lock(to.mutex);
    try {
        tell_debts(to);
        const auto said = to.pace.ask(message, std::chrono::steady_clock::now());
        if (said.written) {
            put_locked(
                to, line_of(level::warning, message, fields + suppressed_text(said.suppressed))
            );
        } else if (to.how == mode::queued) {
            to.more.notify_one(); // somebody has to tell of it, should no other follow
        }
    } catch (const std::bad_alloc&) {
        drop(to);
    }
}

log_writer::log_writer() {
    outlet& to = out();
    const std::lock_guard lock(to.mutex);
    to.how = mode::queued;
    std::thread([&to] { write_until_closed(to); }).detach();
}

log_writer::~log_writer() {
    outlet& to = out();
    std::unique_lock lock(to.mutex);
    to.more.notify_one();
    const bool written =
        to.empty.wait_for(lock, farewell, [&to] { return to.lines.empty() && !to.writing; });
    to.how = written ? mode::direct : mode::closed;
    to.more.notify_one();
}

std::uint64_t dropped_lines() {
    outlet& to = out();
    const std::lock_guard lock(to.mutex);
    return to.dropped;
}

} // namespace imagined::log
