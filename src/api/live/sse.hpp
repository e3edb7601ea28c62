// Server-sent events as text (HTML Living Standard, §9.2).
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace imagined::api {

// `id` "" leaves the client's last one as it is. A line break in `data` stays one.
std::string sse_event(std::string_view name, std::string_view id, std::string_view data);

// A comment: it tells that the connection lives.
std::string sse_heartbeat();

// How long a client waits before it connects anew.
std::string sse_retry(std::chrono::milliseconds pause);

} // namespace imagined::api
