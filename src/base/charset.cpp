#include "imagined/base/charset.hpp"

#include "imagined/base/bytes.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <utility>

namespace imagined {

namespace {

constexpr std::array names{
    std::pair{std::string_view("utf-8"), charset::utf_8},
    std::pair{std::string_view("utf8"), charset::utf_8},
    std::pair{std::string_view("us-ascii"), charset::utf_8},
    std::pair{std::string_view("ascii"), charset::utf_8},
    std::pair{std::string_view("gb18030"), charset::gb18030},
    std::pair{std::string_view("gbk"), charset::gb18030},
    std::pair{std::string_view("cp936"), charset::gb18030},
    std::pair{std::string_view("gb2312"), charset::gb18030},
    std::pair{std::string_view("big5"), charset::big5},
    std::pair{std::string_view("iso-8859-1"), charset::latin_1},
    std::pair{std::string_view("latin1"), charset::latin_1},
    std::pair{std::string_view("windows-1252"), charset::latin_1},
};

const char* table_of(charset from) {
    switch (from) {
    case charset::gb18030:
        return "GB18030";
    case charset::big5:
        return "BIG5";
    case charset::latin_1:
        return "WINDOWS-1252"; // what is called ISO 8859-1 on the web
    case charset::utf_8:
        break;
    }
    return "UTF-8";
}

struct closer {
    void operator()(void* opened) const { iconv_close(opened); }
};

} // namespace

std::optional<charset> parse_charset(std::string_view name) {
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const auto* const found = std::find_if(names.begin(), names.end(), [&](const auto& one) {
        return one.first == lower;
    });
    return found == names.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::string> to_utf8(charset from, std::string_view text) {
    if (from == charset::utf_8) {
        return is_utf8(text) ? std::optional(std::string(text)) : std::nullopt;
    }
    // iconv_t is a pointer, and -1 where there is no such table.
    void* const opened = iconv_open("UTF-8", table_of(from));
    if (reinterpret_cast<std::intptr_t>(opened) == -1) {
        return std::nullopt;
    }
    const std::unique_ptr<void, closer> held(opened);
    std::string read;
    std::array<char, 4096> piece{};
    char* in = const_cast<char*>(text.data()); // iconv reads it only
    std::size_t left = text.size();
    while (left > 0) {
        char* out = piece.data();
        std::size_t room = piece.size();
        const std::size_t done = iconv(opened, &in, &left, &out, &room);
        const bool stuck = done == static_cast<std::size_t>(-1) && errno != E2BIG;
        read.append(piece.data(), piece.size() - room);
        if (stuck) {
            return std::nullopt;
        }
    }
    return read;
}

} // namespace imagined
