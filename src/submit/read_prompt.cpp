#include "read_prompt.hpp"

#include "imagined/submit/texts.hpp"
#include "imagined/task/mended_prompt.hpp"

#include <iterator>

namespace imagined::submit {

namespace {

// Midjourney's. More than one is refused here, but too many are told apart.
constexpr std::size_t max_permutations = 40;

refusal refuse_prompt(const task::bilingual& why) {
    refusal made = refuse(why);
    made.field = "prompt";
    return made;
}

} // namespace

std::optional<refusal> refuse_banned(const context& ctx, const std::string& prompt) {
    const auto word = ctx.banned.find_in(prompt);
    if (word.empty()) {
        return std::nullopt;
    }
    refusal made = refuse(code::banned, texts::banned_prompt);
    made.field = "prompt";
    made.banned = {prompt, std::string(word)};
    return made;
}

std::optional<refusal> read_prompt(
    const context& ctx,
    const std::string& prompt,
    task::parsed_prompt& parsed,
    std::vector<std::string>& notes
) {
    if (prompt.empty()) {
        return refuse_prompt(texts::prompt_empty);
    }
    if (auto banned = refuse_banned(ctx, prompt)) {
        return banned;
    }
    auto mended = task::mend_prompt(prompt);
    const auto prompts = task::expand_permutations(mended.text, max_permutations);
    if (!prompts) {
        return refuse_prompt(prompts.error().reason);
    }
    if (prompts->size() != 1) {
        return refuse_prompt(texts::prompt_braces);
    }
    auto read = task::parse_prompt(prompts->front());
    if (!read) {
        return refuse_prompt(read.error().reason);
    }
    parsed = std::move(*read);
    std::move(mended.notes.begin(), mended.notes.end(), std::back_inserter(notes));
    return std::nullopt;
}

} // namespace imagined::submit
