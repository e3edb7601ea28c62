// Prompts, permutations and button ids: parsed, mapped, and encoded for every dialect.
#include "expect.hpp"

#include "imagined/backend/dialect.hpp"
#include "imagined/base/bytes.hpp"
#include "imagined/task/buttons.hpp"
#include "imagined/task/mapping.hpp"
#include "imagined/task/mended_prompt.hpp"
#include "imagined/task/prompt.hpp"

#include <cstdint>

namespace imagined::test {

namespace {

constexpr std::size_t most_prompts = 40;

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// A flag that reached the text would be drawn.
bool holds_a_flag(std::string_view text) {
    for (auto at = text.find("--"); at != std::string_view::npos; at = text.find("--", at + 2)) {
        const bool begins = at == 0 || text[at - 1] == ' ';
        if (begins && at + 2 < text.size() && is_letter(text[at + 2])) {
            return true;
        }
    }
    return false;
}

bool is_plain(std::string_view text) {
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20) {
            return false;
        }
    }
    return is_utf8(text) && text.find("  ") == std::string_view::npos;
}

void check_request(const task::render_request& request) {
    expect(request.images >= 1 && request.images <= 4, "1 to 4 pictures");
    expect(
        !request.seed || (*request.seed >= 0 && *request.seed <= INT32_MAX), "a seed of 31 bits"
    );
    const auto picture = [](const task::picture_ref&) -> result<std::string> {
        return std::string("picture");
    };
    for (const std::string_view name : backend::dialect_names()) {
        const auto& dialect = *backend::find_dialect(name);
        if (!dialect.serves(request.what, request.model)) {
            continue;
        }
        (void)dialect.inexpressible(request);
        int drawn = 0;
        for (const auto& call : dialect.plan(request)) {
            expect(call.first == drawn + 1 && call.count >= 1, "calls follow each other");
            drawn += call.count;
            const auto made = dialect.encode(request, call, picture);
            expect(made.has_value(), "what is served can be encoded", name);
        }
        expect(drawn == request.images, "the calls bring every picture", name);
    }
}

void check_parsed(const task::parsed_prompt& parsed) {
    expect(is_plain(parsed.text), "text without control characters or double spaces", parsed.text);
    expect(!holds_a_flag(parsed.text), "no flag reaches the picture", parsed.text);
    expect(!parsed.text.empty() || !parsed.image_urls.empty(), "something to draw");
    expect(parsed.text.size() <= task::max_prompt_bytes, "a text that is not too long");
    task::imagine_context around;
    around.servable = [](task::operation, task::model) { return true; };
    const auto mapped = task::map_imagine(parsed, {}, around);
    if (!parsed.text.empty()) { // pictures without a word get words, and other operations, later
        check_request(mapped.request);
    }
    for (const std::string& note : mapped.notes) {
        expect(is_utf8(note), "notes are UTF-8");
    }
}

void check_refused(const task::prompt_error& refused) {
    expect(!refused.reason.zh.empty() && !refused.reason.en.empty(), "a reason in both languages");
    expect(!refused.flag.empty(), "what was refused is named");
}

void check_prompt(std::string_view prompt) {
    const auto parsed = task::parse_prompt(prompt);
    if (parsed) {
        check_parsed(*parsed);
    } else {
        check_refused(parsed.error());
    }
}

void check_mended(std::string_view text) {
    const auto mended = task::mend_prompt(text);
    expect(!mended.notes.empty() || mended.text == text, "what needs no mending stays as it is");
    expect(!is_utf8(text) || is_utf8(mended.text), "mended text is UTF-8 where it was");
    check_prompt(mended.text);
    (void)task::bare_prompt(text);
}

void check_all(std::string_view text) {
    check_prompt(text);
    check_mended(text);
    (void)task::parse_custom_id(text);
    const auto prompts = task::expand_permutations(text, most_prompts);
    if (!prompts) {
        check_refused(prompts.error());
        return;
    }
    expect(!prompts->empty() && prompts->size() <= most_prompts, "1 to 40 prompts");
    for (const std::string& one : *prompts) {
        const auto parsed = task::parse_prompt(one);
        if (!parsed) {
            check_refused(parsed.error());
        }
    }
}

} // namespace

} // namespace imagined::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    imagined::test::check_all({reinterpret_cast<const char*>(data), size});
    return 0;
}
