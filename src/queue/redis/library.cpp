#include "library.hpp"

#include "imagined/base/bytes.hpp"

#include <fmt/format.h>

#include <memory>
#include <string>

namespace imagined::queue {

namespace {

constexpr std::size_t digest_length = 12;

std::string library_text(const std::string& name) {
    std::string text = fmt::format("#!lua name={}\nlocal library = '{}'\n", name, name);
    for (const std::string_view part : library_parts) {
        text += part;
    }
    return text;
}

function_set make() {
    // Named by what it says: versions of this program that share a Redis have
    // each their own.
    const std::string digest = sha256_hex(library_text("")).substr(0, digest_length);
    const std::string name = "imagined_" + digest;
    const auto library = std::make_shared<const redis::library>(name, library_text(name));
    function_set made;
    for (const auto& [verb, place] : function_names) {
        made.*place = {std::string(verb), name + '_' + std::string(verb), library};
    }
    return made;
}

} // namespace

const function_set& functions() {
    static const function_set made = make();
    return made;
}

} // namespace imagined::queue
