#include "imagined/base/bytes.hpp"

#include "imagined/base/any_byte.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <stdexcept>

namespace imagined {

namespace {

const unsigned char* octets(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* octets(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

// Most of all text is ASCII: so much of it is judged at a time.
constexpr std::size_t ascii_block = 16;

bool is_ascii(std::string_view text) {
    return !any_byte(text, [](unsigned char c) { return c >= 0x80; });
}

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    if (RAND_bytes(octets(bytes), static_cast<int>(count)) != 1) {
        throw std::runtime_error("the system's random generator failed");
    }
    return bytes;
}

} // namespace

std::string to_hex(std::string_view bytes) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto value = static_cast<unsigned char>(c);
        text += digits[value >> 4];
        text += digits[value & 15];
    }
    return text;
}

std::string to_base64(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int written =
        EVP_EncodeBlock(octets(text), octets(bytes), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(written));
    return text;
}

std::string to_base64_url(std::string_view bytes) {
    std::string text = to_base64(bytes);
    text.erase(std::min(text.find('='), text.size()));
    for (char& c : text) {
        c = c == '+' ? '-' : c == '/' ? '_' : c;
    }
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    std::string clean;
    clean.reserve(text.size() + 3);
    bool padded = false;
    for (const char c : text) {
        if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
            continue;
        }
        if (c == '=') {
            padded = true;
            continue;
        }
        const char standard = c == '-' ? '+' : c == '_' ? '/' : c;
        const bool known =
            (standard >= 'A' && standard <= 'Z') || (standard >= 'a' && standard <= 'z')
            || (standard >= '0' && standard <= '9') || standard == '+' || standard == '/';
        if (!known || padded) {
            return std::nullopt;
        }
        clean += standard;
    }
    if (clean.size() % 4 == 1) {
        return std::nullopt;
    }
    const std::size_t length = clean.size() * 3 / 4;
    clean.resize((clean.size() + 3) / 4 * 4, '=');
    std::string bytes(clean.size() / 4 * 3, '\0');
    if (EVP_DecodeBlock(octets(bytes), octets(clean), static_cast<int>(clean.size())) < 0) {
        return std::nullopt;
    }
    bytes.resize(length);
    return bytes;
}

std::string sha256(std::string_view bytes) {
    std::string digest(32, '\0');
    if (EVP_Digest(bytes.data(), bytes.size(), octets(digest), nullptr, EVP_sha256(), nullptr)
        != 1) {
        throw std::runtime_error("SHA-256 failed");
    }
    return digest;
}

std::string sha256_hex(std::string_view bytes) {
    return to_hex(sha256(bytes));
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
    std::string digest(32, '\0');
    unsigned int length = 0;
    if (HMAC(
            EVP_sha256(),
            key.data(),
            static_cast<int>(key.size()),
            octets(bytes),
            bytes.size(),
            octets(digest),
            &length
        )
        == nullptr) {
        throw std::runtime_error("HMAC-SHA-256 failed");
    }
    return digest;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string random_hex(std::size_t count) {
    return to_hex(random_bytes(count));
}

std::string random_uuid() {
    std::string bytes = random_bytes(16);
    bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
    bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
    std::string text = to_hex(bytes);
    for (const std::size_t dash : {8U, 13U, 18U, 23U}) {
        text.insert(dash, 1, '-');
    }
    return text;
}

bool is_utf8(std::string_view text) {
    if (is_ascii(text)) {
        return true;
    }
    std::size_t i = 0;
    while (i < text.size()) {
        if (i + ascii_block <= text.size() && is_ascii(text.substr(i, ascii_block))) {
            i += ascii_block;
            continue;
        }
        const auto lead = static_cast<unsigned char>(text[i]);
        std::size_t length = 0;
        unsigned code = 0;
        if (lead < 0x80) {
            length = 1;
            code = lead;
        } else if (lead >= 0xc2 && lead <= 0xdf) {
            length = 2;
            code = lead & 0x1fU;
        } else if (lead >= 0xe0 && lead <= 0xef) {
            length = 3;
            code = lead & 0x0fU;
        } else if (lead >= 0xf0 && lead <= 0xf4) {
            length = 4;
            code = lead & 0x07U;
        } else {
            return false;
        }
        if (i + length > text.size()) {
            return false;
        }
        for (std::size_t k = 1; k < length; ++k) {
            const auto next = static_cast<unsigned char>(text[i + k]);
            if ((next & 0xc0U) != 0x80U) {
                return false;
            }
            code = (code << 6U) | (next & 0x3fU);
        }
        const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
        const bool surrogate = code >= 0xd800 && code <= 0xdfff;
        if (overlong || surrogate || code > 0x10ffff) {
            return false;
        }
        i += length;
    }
    return true;
}

} // namespace imagined
