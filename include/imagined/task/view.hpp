// The task as the API shows it: every key of mj-api.md §6 (columns N and P, and imageUrls, mode,
// parentId, seed), always present, null where unknown (contract §3). Types are new-api's strict
// decoder's: one wrong type there drops a whole poll.
#pragma once

#include "imagined/task/buttons.hpp"
#include "imagined/task/record.hpp"
#include "imagined/task/submission.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::task {

// One delivered picture.
struct picture {
    int n = 1;          // its number in the store, 1-based
    std::string seed;   // digits, "" unknown
    std::string prompt; // as Ideogram says it drew it
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint64_t bytes = 0;
    std::string media_type;
};

// What a successful end adds.
struct delivery {
    std::vector<picture> pictures;
    std::optional<picture> shown; // what imageUrl serves: the grid, or the single picture
    std::vector<button> buttons;
    int unsafe = 0;   // pictures that were withheld as unsafe
    std::string text; // describe, shorten: becomes finalPrompt, and prompt if there was none
    std::vector<std::string> notes; // beside the submission's
};

// What is known about money so far.
struct bill {
    std::int64_t micros = 0;   // USD millionths
    std::string billed = "no"; // yes | no | unknown
};

// Why an open task makes no call now.
struct wait_reason {
    std::string what;   // place | keys_refused | cooling | breaker | caller_limit | budget | …
    std::string detail; // a sentence in the reader's language

    friend bool operator==(const wait_reason&, const wait_reason&) = default;
};

// The whole task JSON, compact. `delivered` is given exactly when the state is success. Texts that
// are not UTF-8 are mended, never refused.
std::string render_view(
    const record& task,
    const submission& submitted,
    const std::optional<delivery>& delivered,
    const std::optional<bill>& cost,
    unix_millis now,
    const std::optional<wait_reason>& waits = {}
);

// The same view with other outward status and progress: the body of a callback for an event that
// happened before the present state. What came later (pictures, cost; end and reason unless
// `status` is an end) is not in it. "" as progress is null.
std::string render_event_view(
    const record& task,
    const submission& submitted,
    std::string_view status,
    std::string_view progress,
    unix_millis now
);

} // namespace imagined::task
