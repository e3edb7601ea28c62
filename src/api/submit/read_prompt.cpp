#include "submit/read_prompt.hpp"

#include "answers.hpp"
#include "imagined/task/mended_prompt.hpp"
#include "texts.hpp"

#include <iterator>

namespace imagined::api {

namespace {

// Midjourney's. More than one is refused here, but too many are told apart.
constexpr std::size_t max_permutations = 40;

http::response banned(const std::string& prompt, std::string_view word, task::language in) {
    const std::string properties =
        "{\"promptEn\":" + json_string(prompt) + ",\"bannedWord\":" + json_string(word) + "}";
    return refusal(code::banned, texts::banned_prompt, in, properties);
}

} // namespace

std::optional<http::response> read_prompt(
    const context& api,
    const std::string& prompt,
    task::parsed_prompt& parsed,
    std::vector<std::string>& notes,
    task::language in
) {
    if (prompt.empty()) {
        return refusal(code::bad_request, texts::prompt_empty, in);
    }
    if (const auto word = api.banned.find_in(prompt); !word.empty()) {
        return banned(prompt, word, in);
    }
    auto mended = task::mend_prompt(prompt);
    const auto prompts = task::expand_permutations(mended.text, max_permutations);
    if (!prompts) {
        return refusal(code::bad_request, prompts.error().reason, in);
    }
    if (prompts->size() != 1) {
        return refusal(code::bad_request, texts::prompt_braces, in);
    }
    auto read = task::parse_prompt(prompts->front());
    if (!read) {
        return refusal(code::bad_request, read.error().reason, in);
    }
    parsed = std::move(*read);
    std::move(mended.notes.begin(), mended.notes.end(), std::back_inserter(notes));
    return std::nullopt;
}

} // namespace imagined::api
