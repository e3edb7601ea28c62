// Text that was not written in UTF-8, by the system's tables.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace imagined {

enum class charset { utf_8, gb18030, big5, latin_1 };

// By its name in a Content-Type, without regard to case; the older names of GB 18030 (gbk, gb2312)
// and US-ASCII mean what includes them. nullopt for what is not read here.
std::optional<charset> parse_charset(std::string_view name);

// nullopt when `text` is not written in `from`.
std::optional<std::string> to_utf8(charset from, std::string_view text);

} // namespace imagined
