// A link under which an upstream that reads pictures only by address may fetch one input picture,
// for a while and without a key. It is signed with a key that all processes of one data.dir share,
// so nobody can guess or make up another. Pure, but for load_link_key().
#pragma once

#include "imagined/base/clock.hpp"
#include "imagined/base/failure.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace imagined::store {

struct linked_picture {
    std::string id;
    int n = 0;
    unix_millis expires = 0;
};

// "<public_url>/mj/image/<id>/<n>-<expires>-<signature>".
std::string
picture_link(std::string_view key, std::string_view public_url, const linked_picture& what);

// The picture that `name` (the last segment of a link) lets one read now; nullopt if it is no link,
// made up, of another task, or has expired.
std::optional<int>
picture_of_link(std::string_view key, std::string_view id, std::string_view name, unix_millis now);

// The key in `folder`, drawn by whoever asks first. Blocks on disk. Fails with `unavailable`.
result<std::string> load_link_key(const std::filesystem::path& folder);

} // namespace imagined::store
