// The handlers of Midjourney-proxy's own paths, by the file that each is in. Submits that make
// tasks have theirs in submits.hpp.
#pragma once

#include "context/context.hpp"

namespace imagined::api {

// submits.cpp
awaitable<http::response> upload_pictures(context& api, call from);
awaitable<http::response> refuse_video(context& api, call from);
awaitable<http::response> refuse_face_swap(context& api, call from);

// show_job.cpp
awaitable<http::response> show_job(context& api, call from);

// one_task.cpp
awaitable<http::response> fetch_task(context& api, call from);
awaitable<http::response> cancel_task(context& api, call from);
awaitable<http::response> show_image_seed(context& api, call from);

// lists.cpp
awaitable<http::response> list_newest(context& api, call from);
awaitable<http::response> list_unfinished(context& api, call from);
awaitable<http::response> list_by_condition(context& api, call from);
awaitable<http::response> list_by_ids(context& api, call from);

// query.cpp
awaitable<http::response> query_tasks(context& api, call from);

// pictures.cpp
awaitable<http::response> show_picture(context& api, call from);

// account.cpp
awaitable<http::response> list_accounts(context& api, call from);
awaitable<http::response> list_ui_accounts(context& api, call from);

// trueai_pages.cpp: what the trueai web UI asks for
awaitable<http::response> sign_in_to_ui(context& api, call from);
awaitable<http::response> show_ui_user(context& api, call from);
awaitable<http::response> search_tasks_for_ui(context& api, call from);
awaitable<http::response> show_ui_home(context& api, call from);

} // namespace imagined::api
