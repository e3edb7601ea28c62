// The handlers of the live API, by the file that each is in.
#pragma once

#include "context/context.hpp"

namespace imagined::api {

// create.cpp
awaitable<http::response> create_live_task(context& api, call from);

// batch.cpp
awaitable<http::response> create_live_tasks(context& api, call from);

// one_task.cpp
awaitable<http::response> show_live_task(context& api, call from);
awaitable<http::response> cancel_live_task(context& api, call from);
awaitable<http::response> show_live_result(context& api, call from);

// list.cpp
awaitable<http::response> list_live_tasks(context& api, call from);

// task_stream.cpp
awaitable<http::response> stream_live_task(context& api, call from);

// all_stream.cpp
awaitable<http::response> stream_everything(context& api, call from);

// session.cpp
awaitable<http::response> show_session(context& api, call from);
awaitable<http::response> open_session(context& api, call from);
awaitable<http::response> close_session(context& api, call from);

// capabilities.cpp
awaitable<http::response> show_capabilities(context& api, call from);

// stats.cpp
awaitable<http::response> show_stats(context& api, call from);

} // namespace imagined::api
