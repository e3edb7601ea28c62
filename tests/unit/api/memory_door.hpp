// What doors share, in memory.
#pragma once

#include "imagined/queue/shared_door.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace imagined::test {

class memory_door final : public queue::shared_door {
public:
    template <class T>
    using answer = awaitable<result<T>>;

    std::optional<failure> outage; // every verb fails with it
    queue::link_secret secret;
    unix_millis now = 0; // when a secret is made
    std::set<std::string> signed_out;
    std::map<std::string, std::string> request_names;

    answer<queue::link_secret> links(std::string drawn) override {
        if (outage) {
            co_return *outage;
        }
        if (secret.text.empty() && !drawn.empty()) {
            secret = {std::move(drawn), now};
        }
        co_return secret;
    }

    answer<std::string> name_request(queue::request_naming asked) override {
        if (outage) {
            co_return *outage;
        }
        std::string& name = request_names[asked.caller + ' ' + asked.digest];
        if (name.empty() || !asked.again) {
            name = std::move(asked.fresh);
        }
        co_return name;
    }

    answer<void> sign_out(queue::session which) override {
        if (outage) {
            co_return *outage;
        }
        signed_out.insert(which.group + which.name);
        co_return result<void>();
    }

    answer<bool> is_signed_out(queue::session which) override {
        if (outage) {
            co_return *outage;
        }
        co_return signed_out.contains(which.group + which.name);
    }
};

} // namespace imagined::test
