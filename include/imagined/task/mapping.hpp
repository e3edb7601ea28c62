// From a parsed Midjourney prompt to what Ideogram is asked (ideogram-api.md §13.2). Pure; the
// table of that section is this file's test data.
#pragma once

#include "imagined/task/prompt.hpp"
#include "imagined/task/render_request.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace imagined::task {

struct imagine_defaults {
    int images = 4;
    model default_model = model::v3;
    // By the leading number of --v, and "niji" (contract §2, imagine.versions).
    std::map<std::string, model> versions{
        {"4", model::v1}, {"5", model::v2}, {"6", model::v3}, {"7", model::v3}, {"niji", model::v2}
    };
};

// What the request says beside the prompt.
struct imagine_context {
    bot bot_type = bot::mid_journey;
    std::optional<speed_mode> mode; // path over body over accountFilter, already decided
    // Whether some configured backend serves the model for this operation. When it serves none of
    // the model that --v selects, default_model is used and noted.
    std::function<bool(operation, model)> servable;
    // The caller puts --sref and --cref pictures into V_3's requests; else they are noted as
    // unused.
    bool takes_references = false;
    // When not even default_model is served: any model that is, rather than none.
    bool any_model = false;
};

struct mapped_imagine {
    render_request request;
    std::optional<speed_mode> mode; // what the task shows: context over prompt flag
    std::vector<std::string> notes; // what was dropped or replaced, for properties.notes (English)
};

// Never fails: what Ideogram cannot express becomes a note. Pictures are not decided here; an
// imagine with pictures becomes a remix by the caller setting `what` first through `operation`.
mapped_imagine map_imagine(
    const parsed_prompt& prompt,
    const imagine_defaults& defaults,
    const imagine_context& context,
    operation what = operation::generate
);

// Midjourney's 32-bit seeds folded into Ideogram's 31 bits: n & 0x7fffffff.
std::int64_t fold_seed(std::int64_t midjourney_seed);

// --iw to image_weight (1..100), for --iw's range 0..3 (V6 and later, niji) or 0..2.
int image_weight_of(double iw, bool wide_range);

} // namespace imagined::task
