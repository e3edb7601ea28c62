// How OpenAI's clients name models: ours by the names that /v1/models lists, those of
// imagine.versions by theirs, and OpenAI's own, which mean imagine.default_model (contract §3).
#pragma once

#include "imagined/backend/roster.hpp"
#include "imagined/task/mapping.hpp"
#include "imagined/task/vocabulary.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::api {

// "ideogram-v2a-turbo"
std::string openai_name(task::model of);

// Those that some backend draws with.
std::vector<task::model> offered_models(const backend::roster& backends);

struct meant_model {
    std::optional<task::model> exact;
    std::string version; // of imagine.versions
};

// nullopt for a name that nobody here knows, or of a model that no backend has. "" is the default.
std::optional<meant_model> read_model_name(
    std::string_view name, const backend::roster& backends, const task::imagine_defaults& defaults
);

// gpt-image-*, and its alias: their packages read base64 unless they ask for addresses.
bool is_gpt_image(std::string_view name);

} // namespace imagined::api
