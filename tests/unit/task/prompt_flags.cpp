// The table of parameters (mj-api.md §9), row by row: a value at each end of its range is taken, a
// value beyond it is refused by name.
#include "imagined/task/prompt.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace task = imagined::task;

namespace {

struct row {
    const char* flag;
    std::vector<std::string> accepted;
    std::vector<std::string> refused;
};

const row rows[] = {
    {"version",
     {"1", "4", "5.1", "5.2", "6.1", "7", "7.0", "8.1"},
     {"", "0", "x", "4a", "-1", "6..1"}},
    {"v", {"5", "6"}, {"", "niji"}},
    {"niji", {"4", "5", "6", "7"}, {"3", "0", "100"}},
    {"aspect", {"1:1", "16:9"}, {"", "0:1", "abc", "16", "16:"}},
    {"ar", {"1:1", "512:512", "191:100"}, {"", "0:1", "1:0", "abc", "-1:1"}},
    {"chaos", {"0", "100"}, {"", "101", "-1", "1.5", "x"}},
    {"c", {"20"}, {"101"}},
    {"stylize", {"0", "1000"}, {"", "1001", "-1", "x"}},
    {"s", {"250"}, {"1001"}},
    {"weird", {"0", "3000"}, {"", "3001", "-1"}},
    {"w", {"7"}, {"3001"}},
    {"quality", {".25", ".5", "0.5", "1", "2", "4"}, {"", "3", "0", ".75", "-1", "5"}},
    {"q", {".5", "1"}, {"high"}},
    {"stop", {"10", "100"}, {"", "9", "101"}},
    {"repeat", {"1", "40"}, {"", "0", "41"}},
    {"r", {"4"}, {"0"}},
    {"seed", {"0", "4294967295"}, {"", "4294967296", "-1", "1.5", "99999999999999999999"}},
    {"sameseed", {"0", "4294967295"}, {"", "4294967296"}},
    {"iw", {"0", ".5", "3"}, {"", "3.1", "-1", "x"}},
    {"sref", {"https://x/a.png", "12345", "random", "1 2"}, {"", "nonsense"}},
    {"sw", {"0", "1000"}, {"", "1001"}},
    {"sv", {"1", "4", "8"}, {"", "0", "9"}},
    {"cref", {"https://x/a.png"}, {"", "123", "nonsense"}},
    {"cw", {"0", "100"}, {"", "101"}},
    {"oref", {"http://x/a.png"}, {"", "123"}},
    {"ow", {"0", "1000"}, {"", "1001"}},
    {"no", {"fog", "fog, rain"}, {"", ",", " , ,"}},
    {"style", {"raw", "cute", "WATERCOLOR"}, {"", ","}},
    {"raw", {""}, {}},
    {"tile", {""}, {}},
    {"draft", {""}, {}},
    {"video", {""}, {}},
    {"loop", {""}, {}},
    {"stealth", {""}, {}},
    {"public", {""}, {}},
    {"turbo", {""}, {}},
    {"fast", {""}, {}},
    {"relax", {""}, {}},
    {"hd", {""}, {}},
    {"sd", {""}, {}},
    {"test", {""}, {}},
    {"creative", {""}, {}},
    {"hq", {""}, {}},
    {"uplight", {""}, {}},
    {"upbeta", {""}, {}},
    {"edit",
     {"https://x/a.png", "https://x/1 https://x/2 https://x/3 https://x/4"},
     {"", "x", "https://x/1 https://x/2 https://x/3 https://x/4 https://x/5"}},
    {"profile", {"", "abc123"}, {}},
    {"p", {"", "abc-def"}, {}},
    {"motion", {"low", "high", "HIGH"}, {"", "fast"}},
    {"end", {"https://x/a.png"}, {"", "x"}},
    {"bs", {"1", "4"}, {"", "0", "5"}},
    {"exp", {"0", "100"}, {"", "101"}},
    {"zoom", {"1", "1.5", "2"}, {"", ".9", "2.1"}},
};

} // namespace

TEST_CASE("every parameter takes the values of its row") {
    for (const row& r : rows) {
        for (const std::string& value : r.accepted) {
            const std::string prompt = "a fox --" + std::string(r.flag) + " " + value;
            CAPTURE(prompt);
            const auto parsed = task::parse_prompt(prompt);
            CHECK(parsed.has_value());
            if (parsed) {
                CHECK(parsed->text == "a fox");
            }
        }
    }
}

TEST_CASE("every parameter refuses other values by its name, in both languages") {
    for (const row& r : rows) {
        for (const std::string& value : r.refused) {
            const std::string flag = "--" + std::string(r.flag);
            const std::string prompt = "a fox " + flag + " " + value + " --tile";
            CAPTURE(prompt);
            const auto parsed = task::parse_prompt(prompt);
            CHECK_FALSE(parsed.has_value());
            if (!parsed) {
                CHECK(parsed.error().flag == flag);
                CHECK(parsed.error().reason.en.starts_with(flag + " expects "));
                CHECK(parsed.error().reason.zh.starts_with(flag + " 需要"));
            }
        }
    }
}

TEST_CASE("parameters without a counterpart are recorded under their long name and in order") {
    const auto parsed = task::parse_prompt(
        "a --c 20 --s 250 --w 7 --tile --stop 50 --video --loop --stealth --public --hd --sw 1 "
        "--sv 4 --cw 2 --ow 3 --exp 9 --bs 2 --motion low --end https://x/a.png --sameseed 5"
    );
    REQUIRE(parsed.has_value());
    CHECK(
        parsed->without_counterpart
        == std::vector<
            std::
                string>{"--chaos 20", "--stylize 250", "--weird 7", "--tile", "--stop 50", "--video", "--loop", "--stealth", "--public", "--hd", "--sw 1", "--sv 4", "--cw 2", "--ow 3", "--exp 9", "--bs 2", "--motion low", "--end", "--sameseed 5"}
    );
}

TEST_CASE("parameters with a counterpart land in their field") {
    const auto parsed = task::parse_prompt(
        "a --ar 3:2 --seed 9 --q .5 --iw 1.5 --v 6.1 --style cute --turbo --draft --r 3"
    );
    REQUIRE(parsed.has_value());
    task::parsed_prompt expected;
    expected.text = "a";
    expected.aspect = task::ratio{3, 2};
    expected.seed = 9;
    expected.quality = .5;
    expected.image_weight = 1.5;
    expected.version = "6.1";
    expected.style = "cute";
    expected.mode = task::speed_mode::turbo;
    expected.draft = true;
    expected.repeat = 3;
    CHECK(*parsed == expected);
}
