#include "dialects/dialects.hpp"

#include <algorithm>
#include <array>

namespace imagined::backend {

const form_dialect* find_form_dialect(std::string_view name) {
    static const std::array<form_dialect, 5> all{
        official_dialect(),
        camel_dialect(),
        mjdjourney_dialect(),
        quickrouter_dialect(),
        crazyrouter_dialect()
    };
    const auto at = std::find_if(all.begin(), all.end(), [&](const form_dialect& d) {
        return d.name() == name;
    });
    return at == all.end() ? nullptr : &*at;
}

const dialect* find_dialect(std::string_view name) {
    return find_form_dialect(name);
}

std::span<const std::string_view> dialect_names() {
    static constexpr std::array<std::string_view, 5> names{
        "official", "camel", "mjdjourney", "quickrouter", "crazyrouter"
    };
    return names;
}

} // namespace imagined::backend
