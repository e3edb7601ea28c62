#include "imagined/task/bilingual.hpp"

#include <doctest/doctest.h>

namespace task = imagined::task;
using task::language;

TEST_CASE("the language is English exactly where the header prefers it over Chinese") {
    struct row {
        const char* header;
        language expected;
    };

    constexpr row rows[] = {
        {"", language::zh},
        {"en", language::en},
        {"EN-us", language::en},
        {"zh-CN", language::zh},
        {"zh-CN,zh;q=0.9,en;q=0.8", language::zh},
        {"en-US,en;q=0.9,zh-CN;q=0.8", language::en},
        {"zh;q=0.5, en;q=0.7", language::en},
        {"en;q=0.5,zh;q=0.7", language::zh},
        {"zh, en", language::zh},
        {"en, zh", language::en},
        {"zh;q=0.5,en;q=0.5", language::zh},
        {"fr", language::zh},
        {"fr,de;q=0.5", language::zh},
        {"fr,en;q=0.1", language::en},
        {"*", language::zh},
        {"en;q=0", language::zh},
        {"en;q=0,zh;q=0", language::zh},
        {"zh;q=0, *", language::en},
        {"en;q=0.5, *;q=0.8", language::zh},
        {"zh;q=0.1, *", language::en},
        {"en;q=abc", language::zh},
        {"en;q=2", language::zh},
        {"en;q=-1", language::zh},
        {"en;q=nan", language::zh},
        {"eng", language::zh},
        {"e", language::zh},
        {"  en \t; q=1", language::en},
        {",,,;;;==", language::zh},
        {";q=1", language::zh},
        {"\xff\xfe", language::zh},
    };
    for (const row& r : rows) {
        CAPTURE(r.header);
        CHECK(task::preferred_language(r.header) == r.expected);
    }
}

TEST_CASE("a bilingual text gives the half that is asked for") {
    const task::bilingual text{"成功", "Success"};
    CHECK(text.in(language::zh) == "成功");
    CHECK(text.in(language::en) == "Success");
}
