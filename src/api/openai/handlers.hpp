// The handlers of OpenAI's images API, by the file that each is in.
#pragma once

#include "context/context.hpp"

namespace imagined::api {

// images.cpp
awaitable<http::response> generate_pictures(context& api, call from);
awaitable<http::response> edit_pictures(context& api, call from);
awaitable<http::response> vary_pictures(context& api, call from);
awaitable<http::response> show_pictures(context& api, call from);

// models.cpp
awaitable<http::response> list_models(context& api, call from);
awaitable<http::response> show_model(context& api, call from);

} // namespace imagined::api
