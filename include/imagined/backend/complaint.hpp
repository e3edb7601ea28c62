// What is wrong with a request in Ideogram's words, said in both languages and naming the field:
// the native front answers with it, the sandbox with its English half.
#pragma once

#include "imagined/task/bilingual.hpp"

#include <fmt/format.h>

#include <optional>

namespace imagined::backend {

// Nothing: there is nothing to complain about.
using complaint = std::optional<task::bilingual>;

// The same values in two sentences.
template <class... Values>
task::bilingual said_of(
    fmt::format_string<const Values&...> zh,
    fmt::format_string<const Values&...> en,
    const Values&... values
) {
    return {fmt::format(zh, values...), fmt::format(en, values...)};
}

} // namespace imagined::backend
