#include "imagined/task/prompt.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace task = imagined::task;
using texts = std::vector<std::string>;

namespace {

task::parsed_prompt parse(std::string_view prompt) {
    CAPTURE(prompt);
    const auto parsed = task::parse_prompt(prompt);
    REQUIRE_MESSAGE(parsed.has_value(), parsed.error().reason.en);
    return *parsed;
}

std::string text_of(std::string_view prompt) {
    return parse(prompt).text;
}

task::prompt_error refusal(std::string_view prompt) {
    CAPTURE(prompt);
    const auto parsed = task::parse_prompt(prompt);
    REQUIRE_FALSE(parsed.has_value());
    return parsed.error();
}

} // namespace

TEST_CASE("a plain prompt is its own text") {
    const auto parsed = parse("a red fox, oil on canvas");
    task::parsed_prompt expected;
    expected.text = "a red fox, oil on canvas";
    CHECK(parsed == expected);
}

TEST_CASE("white space of every kind collapses and control characters are gone") {
    CHECK(text_of("  a\t red \r\n\n fox  ") == "a red fox");
    CHECK(text_of("a\u00a0red\u3000fox\u200b\ufeff") == "a red fox");
    CHECK(text_of(std::string("a\0b\x1b[0m\x7f", 8)) == "a b [0m");
    CHECK(text_of("a\u0085b\u2028c") == "a b c");
}

TEST_CASE("flags may stand anywhere and what follows their value is text again") {
    const auto parsed = parse("--ar 16:9 a red --tile fox --v 6.1 in snow");
    CHECK(parsed.text == "a red fox in snow");
    CHECK(parsed.aspect == task::ratio{16, 9});
    CHECK(parsed.version == "6.1");
    CHECK(parsed.without_counterpart == texts{"--tile"});
}

TEST_CASE("--no collects up to the next flag, is cut at commas, and may repeat") {
    const auto parsed = parse("a cat --no fog, heavy rain ,snow --ar 1:1 --no 雨，雪、half-light");
    CHECK(parsed.text == "a cat");
    CHECK(parsed.negatives == texts{"fog", "heavy rain", "snow", "雨", "雪", "half-light"});
}

TEST_CASE("a comma inside a quotation does not cut a --no") {
    CHECK(parse("a --no \"salt, pepper\", fog").negatives == texts{"salt, pepper", "fog"});
}

TEST_CASE("names are matched without case and in both forms") {
    const auto parsed = parse("a --AR 3:2 --Chaos 5 --c 6 --STYLE RAW");
    CHECK(parsed.aspect == task::ratio{3, 2});
    CHECK(parsed.without_counterpart == texts{"--chaos 5", "--chaos 6"});
    CHECK(parsed.style == "raw");
}

TEST_CASE("dashes that an editor made of hyphens still start a flag") {
    for (const char* prompt :
         {"a —ar 16:9",
          "a –ar 16:9",
          "a ―ar 16:9",
          "a －－ar 16:9",
          "a ---ar 16:9",
          "a —-ar 16:9",
          "—ar 16:9 a",
          "a ——ar 16:9",
          "a\t--ar 16:9",
          "a\u3000--ar 16:9"}) {
        const auto parsed = parse(prompt);
        CHECK(parsed.text == "a");
        CHECK(parsed.aspect == task::ratio{16, 9});
    }
}

TEST_CASE("dashes in normal text are left alone") {
    for (const char* prompt :
         {"a — b",
          "word—word",
          "word--word",
          "he said ——你好",
          "1–5 cats",
          "a -ar b",
          "well-lit",
          "a - b",
          "–5 degrees",
          "e-mail -x"}) {
        CHECK(text_of(prompt) == prompt);
    }
}

TEST_CASE("hyphens that start no flag become a dash") {
    CHECK(text_of("a -- b") == "a — b");
    CHECK(text_of("a cat --") == "a cat —");
    CHECK(text_of("a ----- b") == "a — b");
    CHECK(text_of("(--) x") == "(—) x");
    CHECK(text_of("a --, b") == "a —, b");
}

TEST_CASE("a flag needs no blank before it unless it follows an ASCII word") {
    CHECK(parse("一只猫--ar 16:9").aspect == task::ratio{16, 9});
    CHECK(parse("a cat,--ar 16:9").text == "a cat,");
    CHECK(parse("a \"sign\"--ar 16:9").text == "a \"sign\"");
    CHECK(parse("cat::2--ar 1:1").text == "cat");
    CHECK(parse("cat::—ar 1:1").text == "cat");
}

TEST_CASE("a value may follow its flag directly or after an equals sign") {
    CHECK(parse("a --v6").version == "6");
    CHECK(parse("a --niji6").niji_version == "6");
    CHECK(parse("a --ar=16:9").aspect == task::ratio{16, 9});
    CHECK(parse("a --sref=https://x/--y.png").style_refs == texts{"https://x/--y.png"});
}

TEST_CASE("a comma after a value or a flag is not part of it") {
    const auto parsed = parse("a --ar 16:9, --tile, --v 6；");
    CHECK(parsed.aspect == task::ratio{16, 9});
    CHECK(parsed.version == "6");
    CHECK(parsed.text == "a");
}

TEST_CASE("quotation marks protect their text, but hyphens become a dash in it") {
    CHECK(text_of("a sign \"OPEN --SALE now\"") == "a sign \"OPEN —SALE now\"");
    CHECK(text_of("“--ar 16:9” poster") == "“—ar 16:9” poster");
    CHECK(text_of("a \"--ar 16:9\" --no \"b --c\"") == "a \"—ar 16:9\"");
    CHECK(parse("a --no \"b --c\"").negatives == texts{"b —c"});
    CHECK(text_of("the word \"x::2 y\"") == "the word \"x::2 y\"");
    CHECK(text_of("a::2\"b ::3 --c\"") == "a \"b ::3 —c\"");
    CHECK(text_of("a \"well--known — thing\"") == "a \"well--known — thing\"");
}

TEST_CASE("a quote that nothing closes and an inch mark protect nothing") {
    CHECK(parse("a \"cat --ar 16:9").aspect == task::ratio{16, 9});
    CHECK(parse("a “cat --ar 16:9").aspect == task::ratio{16, 9});
    CHECK(parse("12\" vinyl --ar 1:1 and 7\" too").text == "12\" vinyl and 7\" too");
}

TEST_CASE("quotes around a value are not part of it") {
    CHECK(parse("a --style \"raw\"").style == "raw");
    CHECK(parse("a --ar \"16:9\"").aspect == task::ratio{16, 9});
}

TEST_CASE("leading URLs are pictures, in order and without brackets") {
    const auto parsed =
        parse("https://x.test/a.png <HTTP://y.test/b--c.png> https://z.test/c.png::2, a cat");
    CHECK(
        parsed.image_urls
        == texts{"https://x.test/a.png", "HTTP://y.test/b--c.png", "https://z.test/c.png"}
    );
    CHECK(parsed.text == "a cat");
}

TEST_CASE("a URL after text is text, and flags before it do not make it one") {
    CHECK(parse("like https://x.test/a.png").image_urls.empty());
    CHECK(parse("--ar 1:1 https://x.test/a.png a").image_urls == texts{"https://x.test/a.png"});
    CHECK(parse("http://[::1]/a.png a").image_urls == texts{"http://[::1]/a.png"});
}

TEST_CASE("pictures alone are a prompt") {
    const auto parsed = parse("https://x.test/a.png https://x.test/b.png --iw 2");
    CHECK(parsed.text.empty());
    CHECK(parsed.image_urls.size() == 2);
    CHECK(parsed.image_weight == 2);
}

TEST_CASE("weights lose their numbers and keep their text") {
    CHECK(text_of("hot:: dog") == "hot dog");
    CHECK(text_of("hot::dog") == "hot dog");
    CHECK(text_of("a cat::2 a dog::.5 a bird::1.5") == "a cat a dog a bird");
    CHECK(text_of("cat::3d render") == "cat 3d render");
    CHECK(text_of("a ratio of 1:2") == "a ratio of 1:2");
    CHECK(text_of("cat::2. dog") == "cat . dog");
    CHECK(text_of("a cat:::2 dog") == "a cat dog");
    CHECK(text_of("a::2https b") == "a 2https b");
    CHECK(text_of("a::https://x/b::3 c") == "a https://x/b::3 c");
    CHECK(parse("::https://x/--b c").image_urls == texts{"https://x/--b"});
}

TEST_CASE("a part with a negative weight is something to avoid") {
    const auto parsed = parse("a::2 b c::-1 d --no fog");
    CHECK(parsed.text == "a d");
    CHECK(parsed.negatives == texts{"fog", "b c"});
    CHECK(parse("x::-.5 y").negatives == texts{"x"});
}

TEST_CASE("the first seed wins, of other flags the last one") {
    const auto parsed = parse("a --seed 1 --seed 2 --ar 1:1 --ar 2:1 --fast --relax --q 1 --q 2");
    CHECK(parsed.seed == 1);
    CHECK(parsed.aspect == task::ratio{2, 1});
    CHECK(parsed.mode == task::speed_mode::relax);
    CHECK(parsed.quality == 2);
}

TEST_CASE("a bare --niji does not eat the next word") {
    const auto bare = parse("a --niji girl");
    CHECK(bare.niji);
    CHECK(bare.niji_version.empty());
    CHECK(bare.text == "a girl");
    const auto versioned = parse("a girl --niji 6 --v 5");
    CHECK(versioned.niji_version == "6");
    CHECK(versioned.version == "5");
}

TEST_CASE("a profile code is optional and may hold hyphens") {
    CHECK(parse("a --p abc-def").without_counterpart == texts{"--profile abc-def"});
    CHECK(
        parse("a --p abcdefg --tile").without_counterpart == texts{"--profile abcdefg", "--tile"}
    );
    CHECK(parse("a --p").without_counterpart == texts{"--profile"});
    const auto before_text = parse("--p z2yr3kf a red fox");
    CHECK(before_text.text == "a red fox");
    CHECK(before_text.without_counterpart == texts{"--profile z2yr3kf"});
    CHECK(text_of("--p a red fox") == "a red fox");
}

TEST_CASE("references keep their URLs, and codes have no counterpart") {
    const auto parsed = parse(
        "a --sref https://x/1.png::2 12345 random <https://x/2.png> then --cref https://x/3.png "
        "--oref https://x/4.png --cw 50"
    );
    CHECK(parsed.style_refs == texts{"https://x/1.png", "https://x/2.png"});
    CHECK(parsed.character_refs == texts{"https://x/3.png", "https://x/4.png"});
    CHECK(parsed.without_counterpart == texts{"--sref 12345", "--sref random", "--cw 50"});
    CHECK(parsed.text == "a then");
}

TEST_CASE("--zoom is kept as a number and has no counterpart in an imagine") {
    const auto parsed = parse("a --zoom 1.8");
    CHECK(parsed.zoom == 1.8);
    CHECK(parsed.without_counterpart == texts{"--zoom 1.8"});
}

TEST_CASE("of several --zoom the last one counts") {
    CHECK(parse("a --zoom 2 --zoom 1.5").zoom == 1.5);
}

TEST_CASE("what clients send is understood") {
    const auto dooy = parse("text, view,  --q 1 --v 7.0 --sref https://x/a.png --ar 16:9");
    CHECK(dooy.text == "text, view,");
    CHECK(dooy.version == "7.0");
    const auto ruoyi = parse("a --ar 512:512  --v 6.0 ");
    CHECK(ruoyi.aspect == task::ratio{512, 512});
    const auto licoy = parse("a girl --niji --iw 2 --seed 4294967295");
    CHECK(licoy.seed == 4294967295);
    CHECK(licoy.niji);
}

TEST_CASE("an unknown flag is refused by name, with the nearest known one") {
    struct row {
        const char* typed;
        const char* nearest;
    };

    constexpr row rows[] = {
        {"--aspct", "--aspect"},
        {"--vresion", "--version"},
        {"--Stylise", "--stylize"},
        {"--chos", "--chaos"},
        {"--noo", "--no"},
        {"--sedd", "--seed"},
        {"--arr", "--ar"},
        {"--wierd", "--weird"},
        {"--rela", "--relax"}
    };
    for (const row& r : rows) {
        const std::string typed(r.typed);
        const auto error = refusal("a cat " + typed + " 5");
        CHECK(error.flag == typed);
        CHECK(
            error.reason.en == typed + " is not a known parameter; the nearest one is " + r.nearest
        );
        CHECK(error.reason.zh == typed + " 不是已知的参数；最接近的参数是 " + r.nearest);
    }
    CHECK(refusal("a cat --qqqqqq").reason.en.size() < 100); // whatever it names, not all of them
}

TEST_CASE("whatever looks like a flag is refused when it is none") {
    struct row {
        const char* prompt;
        const char* flag;
    };

    constexpr row rows[] = {
        {"a —sleeping", "--sleeping"},
        {"a --5", "--5"},
        {"a --你好", "--你好"},
        {"a --tile2", "--tile2"},
        {"a --Foo-Bar", "--Foo-Bar"},
        {"a --x264", "--x264"},
        {"a --tile)", "--tile)"},
        {"a --raw=yes", "--rawyes"},
        {"(a,--x)", "--x)"},
        {"a --h́", "--h́"},
    };
    for (const row& r : rows) {
        CHECK(refusal(r.prompt).flag == r.flag);
    }
}

TEST_CASE("a refused name is echoed in part only, cut between characters") {
    const auto error = refusal("a --" + std::string(500, 'x'));
    CHECK(error.flag == "--" + std::string(40, 'x'));
    std::string wide;
    for (int i = 0; i < 30; ++i) {
        wide += "猫";
    }
    CHECK(refusal("a --x" + wide).flag.size() == 2 + 1 + 39);
}

TEST_CASE("a refused value is answered with the flag as typed and what it expects") {
    const auto error = refusal("a cat --ar abc");
    CHECK(error.flag == "--ar");
    CHECK(error.reason.en == "--ar expects W:H, such as 16:9");
    CHECK(error.reason.zh == "--ar 需要宽:高，例如 16:9");
    CHECK(refusal("a --Aspect 0:1").flag == "--Aspect");
}

TEST_CASE("a prompt without text or pictures is refused") {
    for (const char* prompt :
         {"", "   ", "\n\t", "--ar 16:9", "--no fog", "::", "a::-1", "--tile"}) {
        const auto error = refusal(prompt);
        CHECK(error.flag == "prompt");
        CHECK(error.reason.zh == "prompt不能为空");
        CHECK(error.reason.en == "prompt must not be empty");
    }
}

TEST_CASE("a prompt that is not UTF-8 is refused") {
    for (const char* prompt : {"caf\xe9", "\xff", "a \xc0\xaf b", "\xed\xa0\x80", "cut \xe7\x8c"}) {
        CHECK(refusal(prompt).reason.en == "prompt is not valid UTF-8");
    }
}

TEST_CASE("a text of the greatest length is taken and one byte more is not") {
    const std::string most(task::max_prompt_bytes, 'a');
    CHECK(parse(most + " --ar 16:9 --sref https://x/a.png").text == most);
    CHECK(refusal(most + "a").reason.en == "prompt exceeds 10000 bytes");
    CHECK(refusal("x --no " + most + "a").flag == "prompt");
    CHECK(refusal(std::string(task::max_submitted_prompt_bytes + 1, ' ')).flag == "prompt");
}

TEST_CASE("hostile repetition is parsed in reasonable time") {
    for (const std::string& piece :
         {std::string("\""),
          std::string("“"),
          std::string("--no a "),
          std::string("::1"),
          std::string("- "),
          std::string("--"),
          std::string("<http://"),
          std::string("::-"),
          std::string("--sref 1 "),
          std::string("—"),
          std::string("1--"),
          std::string("::1--"),
          std::string("\"1")}) {
        std::string prompt = "a ";
        while (prompt.size() + piece.size() <= task::max_submitted_prompt_bytes) {
            prompt += piece;
        }
        const auto parsed = task::parse_prompt(prompt);
        CHECK((parsed.has_value() || !parsed.error().flag.empty()));
    }
}
