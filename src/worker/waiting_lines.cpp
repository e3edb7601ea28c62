#include "waiting_lines.hpp"

#include <algorithm>
#include <utility>

namespace imagined::worker {

waiting_lines::stand::stand(waiting_lines& in, std::string host, executor where)
    : turn(std::move(where)), in_(in), host_(std::move(host)) {
    in_.lines_[host_].push_back(this);
}

waiting_lines::stand::~stand() {
    const auto found = in_.lines_.find(host_);
    auto& line = found->second;
    const bool was_first = line.front() == this;
    line.erase(std::find(line.begin(), line.end(), this));
    if (line.empty()) {
        in_.lines_.erase(found);
    } else if (was_first) {
        line.front()->turn.ring();
    }
}

bool waiting_lines::stand::is_first() const {
    return in_.lines_.at(host_).front() == this;
}

void waiting_lines::ring(const std::string& host) {
    if (const auto found = lines_.find(host); found != lines_.end()) {
        found->second.front()->turn.ring();
    }
}

} // namespace imagined::worker
