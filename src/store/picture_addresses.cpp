#include "imagined/store/picture_addresses.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/store/image_store.hpp"

#include <fmt/format.h>

namespace imagined::store {

namespace {

constexpr std::size_t token_characters = 22; // 132 bits

} // namespace

void picture_addresses::learn(std::string secret, unix_millis since) {
    secret_ = std::move(secret);
    first_signed_ = fmt::format("{:013}000", since); // ids begin with their milliseconds
}

std::string picture_addresses::token_of(std::string_view id) const {
    const std::string claim = std::string("picture ").append(id);
    return to_base64_url(hmac_sha256(secret_, claim)).substr(0, token_characters);
}

std::string picture_addresses::name_of(std::string_view id) const {
    return kind_ == kind::open ? std::string(id) : fmt::format("{}-{}", id, token_of(id));
}

std::string picture_addresses::address_of(std::string_view public_url, std::string_view id) const {
    return fmt::format("{}/mj/image/{}", public_url, name_of(id));
}

std::optional<picture_addresses::reading> picture_addresses::read(std::string_view name) const {
    const auto dash = name.find('-');
    const std::string_view id = name.substr(0, dash);
    if (!is_task_id(id)) {
        return std::nullopt;
    }
    if (dash == std::string_view::npos) {
        return reading{std::string(id), false};
    }
    if (secret_.empty() || !equal_in_constant_time(name.substr(dash + 1), token_of(id))) {
        return std::nullopt;
    }
    return reading{std::string(id), true};
}

bool picture_addresses::is_open(std::string_view id) const {
    return kind_ == kind::open || (!secret_.empty() && id < first_signed_);
}

} // namespace imagined::store
