#include "live/sse.hpp"

#include <algorithm>

namespace imagined::api {

std::string sse_event(std::string_view name, std::string_view id, std::string_view data) {
    std::string text;
    text.reserve(name.size() + id.size() + data.size() + 32);
    text.append("event: ").append(name).append("\n");
    if (!id.empty()) {
        text.append("id: ").append(id).append("\n");
    }
    do {
        const auto end = std::min(data.find_first_of("\r\n"), data.size());
        text.append("data: ").append(data.substr(0, end)).append("\n");
        const bool pair = data.substr(end).starts_with("\r\n");
        data.remove_prefix(std::min(end + (pair ? 2 : 1), data.size()));
    } while (!data.empty());
    return text.append("\n");
}

std::string sse_heartbeat() {
    return ": alive\n\n";
}

std::string sse_retry(std::chrono::milliseconds pause) {
    return "retry: " + std::to_string(pause.count()) + "\n\n";
}

} // namespace imagined::api
