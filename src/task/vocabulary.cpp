#include "imagined/task/vocabulary.hpp"

#include <cstddef>
#include <string>
#include <utility>

namespace imagined::task {

namespace {

template <class Word, std::size_t N>
using spellings = std::array<std::pair<Word, std::string_view>, N>;

constexpr spellings<action, 11> actions{{
    {action::imagine, "IMAGINE"},
    {action::upscale, "UPSCALE"},
    {action::variation, "VARIATION"},
    {action::reroll, "REROLL"},
    {action::describe, "DESCRIBE"},
    {action::blend, "BLEND"},
    {action::zoom, "ZOOM"},
    {action::pan, "PAN"},
    {action::inpaint, "INPAINT"},
    {action::edit, "EDIT"},
    {action::shorten, "SHORTEN"},
}};

constexpr spellings<state, 7> states{{
    {state::modal, "modal"},
    {state::queued, "queued"},
    {state::leased, "leased"},
    {state::calling, "calling"},
    {state::storing, "storing"},
    {state::success, "success"},
    {state::failure, "failure"},
}};

constexpr spellings<fail_code, 9> fail_codes{{
    {fail_code::ambiguous_upstream_outcome, "AMBIGUOUS_UPSTREAM_OUTCOME"},
    {fail_code::content_rejected, "CONTENT_REJECTED"},
    {fail_code::invalid_request, "INVALID_REQUEST"},
    {fail_code::cancelled, "CANCELLED"},
    {fail_code::timeout, "TIMEOUT"},
    {fail_code::no_picture, "NO_PICTURE"},
    {fail_code::storage_failed, "STORAGE_FAILED"},
    {fail_code::budget, "BUDGET"},
    {fail_code::backend_refused, "BACKEND_REFUSED"},
}};

constexpr spellings<speed_mode, 3> speed_modes{{
    {speed_mode::fast, "FAST"},
    {speed_mode::relax, "RELAX"},
    {speed_mode::turbo, "TURBO"},
}};

constexpr spellings<language, 2> languages{{{language::zh, "zh"}, {language::en, "en"}}};

constexpr spellings<operation, 11> operations{{
    {operation::generate, "generate"},
    {operation::remix, "remix"},
    {operation::edit, "edit"},
    {operation::inpaint, "inpaint"},
    {operation::reframe, "reframe"},
    {operation::replace_background, "replace-background"},
    {operation::generate_transparent, "generate-transparent"},
    {operation::upscale, "upscale"},
    {operation::describe, "describe"},
    {operation::remove_background, "remove-background"},
    {operation::instruct_edit, "instruct-edit"},
}};

constexpr spellings<model, 7> models{{
    {model::v1, "V_1"},
    {model::v1_turbo, "V_1_TURBO"},
    {model::v2, "V_2"},
    {model::v2_turbo, "V_2_TURBO"},
    {model::v2a, "V_2A"},
    {model::v2a_turbo, "V_2A_TURBO"},
    {model::v3, "V_3"},
}};

constexpr spellings<rendering_speed, 4> rendering_speeds{{
    {rendering_speed::flash, "FLASH"},
    {rendering_speed::turbo, "TURBO"},
    {rendering_speed::standard, "DEFAULT"},
    {rendering_speed::quality, "QUALITY"},
}};

constexpr spellings<magic_prompt, 3> magic_prompts{{
    {magic_prompt::automatic, "AUTO"},
    {magic_prompt::on, "ON"},
    {magic_prompt::off, "OFF"},
}};

constexpr spellings<bot, 2> bots{{
    {bot::mid_journey, "MID_JOURNEY"},
    {bot::niji_journey, "NIJI_JOURNEY"},
}};

template <class Word, std::size_t N>
std::string_view spell(const spellings<Word, N>& table, Word word) {
    for (const auto& [value, text] : table) {
        if (value == word) {
            return text;
        }
    }
    return {}; // not reached: every table names its whole enumeration (the tests see to it)
}

template <class Word, std::size_t N>
std::optional<Word> read(const spellings<Word, N>& table, std::string_view text) {
    for (const auto& [value, spelling] : table) {
        if (spelling == text) {
            return value;
        }
    }
    return std::nullopt;
}

std::string upper(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'a' && c <= 'z') {
            c = static_cast<char>(c - 'a' + 'A');
        }
    }
    return result;
}

} // namespace

std::string_view to_string(action value) {
    return spell(actions, value);
}

std::string_view to_string(state value) {
    return spell(states, value);
}

std::string_view to_string(fail_code value) {
    return spell(fail_codes, value);
}

std::string_view to_string(speed_mode value) {
    return spell(speed_modes, value);
}

std::string_view to_string(language value) {
    return spell(languages, value);
}

std::string_view to_string(operation value) {
    return spell(operations, value);
}

std::string_view to_string(model value) {
    return spell(models, value);
}

std::string_view to_string(rendering_speed value) {
    return spell(rendering_speeds, value);
}

std::string_view to_string(magic_prompt value) {
    return spell(magic_prompts, value);
}

std::string_view to_string(bot value) {
    return spell(bots, value);
}

std::optional<action> parse_action(std::string_view text) {
    return read(actions, text);
}

std::optional<state> parse_state(std::string_view text) {
    return read(states, text);
}

std::optional<fail_code> parse_fail_code(std::string_view text) {
    return read(fail_codes, text);
}

std::optional<speed_mode> parse_speed_mode(std::string_view text) {
    const std::string word = upper(text);
    const std::string_view prefix = "MJ-";
    return read(
        speed_modes, word.starts_with(prefix) ? std::string_view(word).substr(prefix.size()) : word
    );
}

std::optional<language> parse_language(std::string_view text) {
    return read(languages, text);
}

std::optional<operation> parse_operation(std::string_view text) {
    return read(operations, text);
}

std::optional<model> parse_model(std::string_view text) {
    return read(models, text);
}

std::optional<rendering_speed> parse_rendering_speed(std::string_view text) {
    return read(rendering_speeds, text);
}

std::optional<magic_prompt> parse_magic_prompt(std::string_view text) {
    return read(magic_prompts, text);
}

bot parse_bot(std::string_view text) {
    const std::string word = upper(text);
    return word == "NIJI" || word == "NIJI_JOURNEY" ? bot::niji_journey : bot::mid_journey;
}

model turbo_of(model m) {
    switch (m) {
    case model::v1:
        return model::v1_turbo;
    case model::v2:
        return model::v2_turbo;
    case model::v2a:
        return model::v2a_turbo;
    default:
        return m;
    }
}

model base_of(model m) {
    switch (m) {
    case model::v1_turbo:
        return model::v1;
    case model::v2_turbo:
        return model::v2;
    case model::v2a_turbo:
        return model::v2a;
    default:
        return m;
    }
}

} // namespace imagined::task
