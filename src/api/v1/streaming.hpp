// What both streams of the live API have in common.
#pragma once

#include "context/context.hpp"
#include "imagined/http/body_stream.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace imagined::api {

inline constexpr milliseconds reconnect_pause{2000};

// An answer that is `stream`, as server-sent events that nobody on the way may keep back.
http::response event_stream(std::shared_ptr<http::body_stream> stream);

// The Last-Event-ID of a task's stream: a revision. nullopt when it is none of ours.
std::optional<std::uint64_t> last_event_number(const http::request_head& asked);

} // namespace imagined::api
