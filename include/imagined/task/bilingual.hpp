// A text for people, in the two languages that the clients speak. Every curated text that leaves
// the API or ends up in failReason is one of these; which half is sent is decided at submit.
#pragma once

#include "imagined/task/vocabulary.hpp"

#include <string>
#include <string_view>

namespace imagined::task {

struct bilingual {
    std::string zh;
    std::string en;

    const std::string& in(language wanted) const { return wanted == language::zh ? zh : en; }

    friend bool operator==(const bilingual&, const bilingual&) = default;
};

// English where Accept-Language prefers it over Chinese (by q values), else Chinese (contract §3).
// A missing or unreadable header is Chinese.
language preferred_language(std::string_view accept_language);

} // namespace imagined::task
