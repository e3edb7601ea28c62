#include "views/picture_address.hpp"

#include "http/paths.hpp"
#include "imagined/http/url.hpp"
#include "imagined/store/image_store.hpp"

#include <charconv>

namespace imagined::api {

namespace {

std::string_view without_slashes_at_end(std::string_view path) {
    while (path.ends_with('/')) {
        path.remove_suffix(1);
    }
    return path;
}

} // namespace

std::string picture_address(const shown_at& where, const task::picture_ref& picture) {
    std::string address = where.pictures.address_of(where.public_url, picture.id);
    if (picture.n != 0) {
        address += '/' + std::to_string(picture.n);
    }
    return address;
}

std::optional<submit::own_picture> own_picture(const shown_at& where, std::string_view address) {
    const auto ours = http::parse_url(where.public_url);
    const auto named = http::parse_url(address);
    if (!ours || !named || named->tls != ours->tls || named->authority() != ours->authority()) {
        return std::nullopt;
    }
    const std::string_view base = without_slashes_at_end(ours->target);
    std::string_view path = named->target;
    path = path.substr(0, path.find('?'));
    if (!path.starts_with(base)) {
        return std::nullopt;
    }
    const canonical_path inner = canonical(path.substr(base.size()));
    path_values values;
    if (!matches("mj/image/{}", inner.text, values)
        && !matches("mj/image/{}/{}", inner.text, values)) {
        return std::nullopt;
    }
    const auto n = picture_number(values[1]);
    const std::string id = values[0].substr(0, values[0].find('-'));
    if (!n || !store::is_task_id(id)) {
        return std::nullopt;
    }
    const auto read = where.pictures.read(values[0]);
    if (!read) {
        return submit::own_picture{{std::string(), *n}, false};
    }
    return submit::own_picture{{read->id, *n}, read->proven || where.pictures.is_open(read->id)};
}

std::optional<int> picture_number(std::string_view text) {
    int n = 0;
    if (text.empty()) {
        return n;
    }
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    if (!whole || n < 0 || n > last_public_picture) {
        return std::nullopt;
    }
    return n;
}

} // namespace imagined::api
