#include "address_encoding.hpp"

#include "grammar.hpp"

#include "imagined/base/text.hpp"

#include <idn2.h>

#include <memory>

namespace imagined::http {

namespace {

struct free_text {
    void operator()(char* text) const { idn2_free(text); }
};

// RFC 3986: pchar without the percent sign, and '/' and '?'.
bool may_stand(char c) {
    constexpr std::string_view marks = "-._~!$&'()*+,;=:@/?";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
           || marks.find(c) != std::string_view::npos;
}

bool encodes_a_byte(std::string_view at_percent) {
    return at_percent.size() >= 3 && hex_value(at_percent[1]) >= 0 && hex_value(at_percent[2]) >= 0;
}

} // namespace

std::string encoded_target(std::string_view rest) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(rest.size());
    for (std::size_t i = 0; i < rest.size(); ++i) {
        const char c = rest[i];
        if (may_stand(c) || (c == '%' && encodes_a_byte(rest.substr(i)))) {
            encoded += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        encoded += '%';
        encoded += digits[byte >> 4U];
        encoded += digits[byte & 15U];
    }
    return encoded;
}

result<std::string> registered_name(std::string_view host) {
    const failure no_name{failure_kind::invalid, "the URL has a host that is no domain name"};
    const std::string text(host); // ends in a NUL
    char* found = nullptr;
    const int flags = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL;
    const int status = idn2_to_ascii_8z(text.c_str(), &found, flags);
    const std::unique_ptr<char, free_text> owned(found);
    if (status != IDN2_OK || found == nullptr) {
        return no_name;
    }
    std::string name(found);
    // A full-width colon or solidus must not begin a port or a path that nobody saw.
    if (name.find_first_of(":/?#[]@%\\") != std::string::npos) {
        return no_name;
    }
    return name;
}

} // namespace imagined::http
