#include "ideogram/native_paths.hpp"

#include <array>

namespace imagined::api {

namespace {

using backend::generation;
using task::operation;

struct known_path {
    std::string_view path;
    operation what;
    generation which;
};

constexpr std::string_view prefix = "ideogram/";

constexpr std::array known_paths{
    known_path{"generate", operation::generate, generation::older},
    known_path{"remix", operation::remix, generation::older},
    known_path{"edit", operation::edit, generation::older},
    known_path{"upscale", operation::upscale, generation::older},
    known_path{"describe", operation::describe, generation::older},
    known_path{"reframe", operation::reframe, generation::older},
    known_path{"v1/ideogram-v3/generate", operation::generate, generation::version_3},
    known_path{"v1/ideogram-v3/remix", operation::remix, generation::version_3},
    known_path{"v1/ideogram-v3/edit", operation::edit, generation::version_3},
    known_path{"v1/ideogram-v3/inpaint", operation::inpaint, generation::version_3},
    known_path{"v1/ideogram-v3/reframe", operation::reframe, generation::version_3},
    known_path{
        "v1/ideogram-v3/replace-background", operation::replace_background, generation::version_3
    },
    known_path{
        "v1/ideogram-v3/generate-transparent",
        operation::generate_transparent,
        generation::version_3
    },
    known_path{"v1/remove-background", operation::remove_background, generation::version_3},
    known_path{"v1/edit", operation::instruct_edit, generation::version_3},
};

// mjdjourney's: the "v1" is the relay's own, the body is the older one.
constexpr known_path relay_generate{"ideogram/v1/generate", operation::generate, generation::older};

backend::native_question question_of(const known_path& known) {
    backend::native_question asked;
    asked.what = known.what;
    asked.which = known.which;
    asked.by = backend::strictness::relays;
    return asked;
}

} // namespace

std::optional<backend::native_question> native_path(std::string_view path) {
    if (path == relay_generate.path) {
        return question_of(relay_generate);
    }
    if (path.starts_with(prefix)) {
        path.remove_prefix(prefix.size());
    }
    for (const known_path& known : known_paths) {
        if (known.path == path) {
            return question_of(known);
        }
    }
    return std::nullopt;
}

} // namespace imagined::api
