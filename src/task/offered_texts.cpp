#include "imagined/task/offered_texts.hpp"

#include <algorithm>

namespace imagined::task {

namespace {

// As Midjourney spells them, which is not always alike.
constexpr std::string_view description_prefix = "MJ::Job::PicReader::";
constexpr std::string_view again_id = "MJ::Picread::Retry";
constexpr std::string_view shortened_prefix = "MJ::Job::PromptAnalyzer::";
constexpr std::string_view all_word = "all";
constexpr std::size_t most_descriptions = 4;
constexpr std::size_t most_shortened = 5;

// The digit as people see it on a key: "3️⃣".
std::string keycap(std::size_t n) {
    return n == 10 ? "🔟" : std::to_string(n) + "\xEF\xB8\x8F\xE2\x83\xA3";
}

void add_buttons(std::vector<button>& all, std::string_view prefix, std::size_t count) {
    for (std::size_t n = 1; n <= count; ++n) {
        all.push_back({std::string(prefix) + std::to_string(n), keycap(n), ""});
    }
}

} // namespace

std::string numbered(const std::vector<std::string>& texts) {
    std::string whole;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        whole += i == 0 ? "" : "\n\n";
        whole += keycap(i + 1) + ' ' + texts[i];
    }
    return whole;
}

std::vector<button> description_buttons(std::size_t count) {
    std::vector<button> buttons;
    add_buttons(buttons, description_prefix, std::min(count, most_descriptions));
    buttons.push_back({std::string(again_id), "🔄", ""});
    if (count > 1) {
        buttons.push_back({std::string(description_prefix).append(all_word), "🎉", "Imagine all"});
    }
    return buttons;
}

std::vector<button> shortened_buttons(std::size_t count) {
    std::vector<button> buttons;
    add_buttons(buttons, shortened_prefix, std::min(count, most_shortened));
    return buttons;
}

} // namespace imagined::task
