// The start of every key of a shard, and the keys that are read without a
// script. All others are built in lua/lib/2_keys.lua, and only there (or in the
// one script that knows them).
#pragma once

#include <string>
#include <string_view>

namespace imagined::queue {

// One hash tag for all keys of the shard, so that in a cluster each script
// touches one node.
inline constexpr int shard = 0;

inline std::string key_base(std::string_view prefix) {
    return std::string(prefix) + ":{" + std::to_string(shard) + "}:";
}

inline std::string off_key(const std::string& base) {
    return base + "off";
}

inline std::string activity_key(const std::string& base) {
    return base + "activity";
}

inline std::string signed_out_key(const std::string& base, const std::string& group) {
    return base + "out:" + group;
}

inline std::string task_key(const std::string& base, const std::string& id) {
    return base + "t:" + id;
}

inline std::string submission_key(const std::string& base, const std::string& id) {
    return base + "p:" + id;
}

inline std::string view_key(const std::string& base, const std::string& id) {
    return base + "r:" + id;
}

} // namespace imagined::queue
