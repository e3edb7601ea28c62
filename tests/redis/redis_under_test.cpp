#include "redis_under_test.hpp"

#include <algorithm>

namespace imagined::test {

redis_server& shared_server() {
    static redis_server server({"--appendonly", "no"});
    return server;
}

redis_under_test::redis_under_test() : raw(shared_server().socket_path()) {
    raw.command({"FLUSHALL"});
}

queue_ports redis_under_test::open(const conditions& now) {
    queue::queue_options options;
    options.prefix = "test";
    options.ambiguous_retries = now.repeats;
    options.fixed_now = std::to_string(now.now);
    options.on_submit = now.on_submit;
    ports_ = queue::open_redis_queue(raw, options);
    return {
        ports_.submission.get(),
        ports_.work.get(),
        ports_.outbox.get(),
        ports_.reading.get(),
        ports_.operating.get()
    };
}

std::vector<std::string> redis_under_test::trace() {
    auto keys = raw.list({"KEYS", "*"});
    std::sort(keys.begin(), keys.end());
    return keys;
}

} // namespace imagined::test
