// Every handler of the API. Which path and method leads to which stands in door/routes.cpp; each
// group has its own file of the name given here.
#pragma once

#include "context.hpp"

namespace imagined::api {

// health.cpp
awaitable<http::response> show_health(context& api, call from);
awaitable<http::response> show_readiness(context& api, call from);
awaitable<http::response> show_metrics(context& api, call from);
awaitable<http::response> show_openapi(context& api, call from);

// account.cpp
awaitable<http::response> list_accounts(context& api, call from);

// account.cpp, trueai/pages.cpp
awaitable<http::response> list_ui_accounts(context& api, call from);
awaitable<http::response> sign_in_to_ui(context& api, call from);
awaitable<http::response> show_ui_user(context& api, call from);
awaitable<http::response> search_tasks_for_ui(context& api, call from);
awaitable<http::response> show_ui_home(context& api, call from);

// pictures.cpp
awaitable<http::response> show_picture(context& api, call from);

// mj/submits.cpp, mj/show_job.cpp; those that make tasks are submit_by<> (mj/submits.hpp)
awaitable<http::response> upload_pictures(context& api, call from);
awaitable<http::response> show_job(context& api, call from);
awaitable<http::response> refuse_video(context& api, call from);
awaitable<http::response> refuse_face_swap(context& api, call from);

// native/asynchronous.cpp, native/synchronous.cpp
awaitable<http::response> submit_native(context& api, call from);
awaitable<http::response> fetch_native(context& api, call from);
awaitable<http::response> draw_now(context& api, call from);

// live/create.cpp, live/one_task.cpp and live/list.cpp
awaitable<http::response> create_live_task(context& api, call from);
awaitable<http::response> show_live_task(context& api, call from);
awaitable<http::response> cancel_live_task(context& api, call from);
awaitable<http::response> show_live_result(context& api, call from);
awaitable<http::response> list_live_tasks(context& api, call from);

// live/task_stream.cpp, live/all_stream.cpp
awaitable<http::response> stream_live_task(context& api, call from);
awaitable<http::response> stream_everything(context& api, call from);

// screen/session.cpp, screen/capabilities.cpp and screen/stats.cpp
awaitable<http::response> show_session(context& api, call from);
awaitable<http::response> open_session(context& api, call from);
awaitable<http::response> close_session(context& api, call from);
awaitable<http::response> show_capabilities(context& api, call from);
awaitable<http::response> show_stats(context& api, call from);

// screen/admin.cpp, screen/channels.cpp and screen/switches.cpp
awaitable<http::response> show_callers(context& api, call from);
awaitable<http::response> redeliver_callback(context& api, call from);
awaitable<http::response> show_channels(context& api, call from);
awaitable<http::response> switch_channel(context& api, call from);
awaitable<http::response> reset_channel(context& api, call from);
awaitable<http::response> show_queue_switches(context& api, call from);
awaitable<http::response> switch_queue(context& api, call from);
awaitable<http::response> show_activity(context& api, call from);

// tasks/one_task.cpp
awaitable<http::response> fetch_task(context& api, call from);
awaitable<http::response> cancel_task(context& api, call from);
awaitable<http::response> show_image_seed(context& api, call from);

// tasks/lists.cpp
awaitable<http::response> list_newest(context& api, call from);
awaitable<http::response> list_unfinished(context& api, call from);
awaitable<http::response> list_by_condition(context& api, call from);
awaitable<http::response> list_by_ids(context& api, call from);

// tasks/query.cpp
awaitable<http::response> query_tasks(context& api, call from);

} // namespace imagined::api
