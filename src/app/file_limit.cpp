#include "file_limit.hpp"

#include "imagined/base/log.hpp"

#include <sys/resource.h>

#include <limits>
#include <string>
#include <utility>

namespace imagined::app {

namespace {

std::size_t raise_file_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return std::numeric_limits<std::size_t>::max();
    }
    if (limit.rlim_cur < limit.rlim_max) {
        const rlim_t before = std::exchange(limit.rlim_cur, limit.rlim_max);
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
            log::warning("the limit of open files could not be raised");
            limit.rlim_cur = before;
        }
    }
    return limit.rlim_cur;
}

} // namespace

descriptor_plan share_out_files(descriptor_plan wanted) {
    const std::size_t limit = raise_file_limit();
    const descriptor_plan shared = share_descriptors(limit, wanted);
    if (shared.calls < wanted.calls) {
        log::warning(
            "the limit of open files is too low for worker.concurrency",
            {{"limit", std::to_string(limit)},
             {"connections", std::to_string(shared.connections)},
             {"calls", std::to_string(shared.calls)}}
        );
    }
    return shared;
}

} // namespace imagined::app
