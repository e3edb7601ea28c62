#include "imagined/store/picture_link.hpp"

#include "durable_file.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/base/plain_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>

#include <unistd.h>

namespace imagined::store {

namespace {

constexpr std::size_t key_bytes = 32;

std::string signature(std::string_view key, std::string_view id, std::string_view claim) {
    return to_hex(hmac_sha256(key, fmt::format("{}/{}", id, claim)));
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
    Number read{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), read);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole ? std::optional(read) : std::nullopt;
}

std::string read_key(const std::filesystem::path& from) {
    const file_descriptor file(open_plain_file(from.string(), symbolic_links::followed));
    std::string key(2 * key_bytes, '\0');
    const ssize_t got = file.valid() ? ::read(file.get(), key.data(), key.size()) : 0;
    key.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return key;
}

} // namespace

std::string
picture_link(std::string_view key, std::string_view public_url, const linked_picture& what) {
    const std::string claim = fmt::format("{}-{}", what.n, what.expires);
    return fmt::format(
        "{}/mj/image/{}/{}-{}", public_url, what.id, claim, signature(key, what.id, claim)
    );
}

std::optional<int>
picture_of_link(std::string_view key, std::string_view id, std::string_view name, unix_millis now) {
    const auto first = name.find('-');
    const auto last = name.rfind('-');
    if (key.empty() || first == std::string_view::npos || last == first) {
        return std::nullopt;
    }
    const std::string_view claim = name.substr(0, last);
    if (!equal_in_constant_time(name.substr(last + 1), signature(key, id, claim))) {
        return std::nullopt;
    }
    const auto expires = number_in<unix_millis>(claim.substr(first + 1));
    return expires && *expires > now ? number_in<int>(claim.substr(0, first)) : std::nullopt;
}

result<std::string> load_link_key(const std::filesystem::path& folder) {
    const auto file = folder / "link.key";
    std::error_code ec;
    if (!std::filesystem::exists(file, ec)) {
        // Written whole beside, then given its name; whoever comes second finds the first one's.
        const auto draft = folder / ("link.key." + random_hex(8));
        {
            std::ofstream out(draft);
            std::filesystem::permissions(
                draft, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, ec
            );
            out << random_hex(key_bytes) << '\n';
        }
        std::filesystem::create_hard_link(draft, file, ec);
        std::filesystem::remove(draft, ec);
    }
    std::string key = read_key(file);
    if (key.size() != 2 * key_bytes) {
        return failure{failure_kind::unavailable, file.string() + " cannot be read or written"};
    }
    return key;
}

} // namespace imagined::store
