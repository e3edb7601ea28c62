// Pictures that clients send inside JSON: data URLs, bare base64, or addresses (mj-api.md §8).
#pragma once

#include "context.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::api {

inline constexpr std::size_t max_input_pictures = 5;
// Input pictures of a task stand in the store from this number on, where no route shows them.
inline constexpr int first_input_number = 90;

bool is_picture_url(std::string_view text);

// The bytes of a picture, or nullopt when the text is no base64 or what it holds is no picture.
// What the text says about its type is not believed.
std::optional<std::string> decode_picture(std::string_view text);

// Decodes all on the pool. `invalid` when one of them is no picture.
awaitable<result<std::vector<std::string>>>
decode_pictures(context& api, std::vector<std::string> texts);

// Stores them as inputs of task `id`, durably, and names them in order.
awaitable<result<std::vector<task::picture_ref>>>
store_inputs(context& api, std::string id, std::vector<std::string> pictures);

} // namespace imagined::api
