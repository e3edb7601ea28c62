// What the recorded answers of a task brought, and what becomes of each picture on its way to the
// disk. Pure.
#pragma once

#include "imagined/base/clock.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/task/record.hpp"
#include "imagined/task/view.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace imagined::worker {

struct paid_picture {
    // open: to be obtained, be it once more; later: not to be had now; unreadable: not at all;
    // unstored: the disk refused it for as long as it could be had.
    enum class state { open, stored, unreadable, damaged, later, unstored };

    int n = 1; // its number in the store when it is obtained
    std::string url;
    std::string backend;
    state now = state::open;
    std::size_t size = 0; // once known
    task::picture shown;
    bool is_shown = false; // stored as picture 0 too
};

// One picture to be downloaded and stored.
struct picture_order {
    std::size_t at = 0; // its place in the list
    int n = 1;
    std::string url;
    std::string backend;
    bool alone = false; // the only one: what the task shows, at once

    friend bool operator==(const picture_order&, const picture_order&) = default;
};

// What became of an order.
struct picture_outcome {
    enum class what { stored, not_downloaded, not_stored };

    std::size_t at = 0;
    what came = what::stored;
    task::picture picture = {}; // stored: as it is on the disk
    bool is_shown = false;      // stored: as picture 0 too
    failure why = {};           // else
    std::size_t size = 0;       // not_stored: of what was downloaded
};

// A stored picture and its place in the list.
struct stored_place {
    std::size_t at = 0;
    int n = 1;

    friend bool operator==(const stored_place&, const stored_place&) = default;
};

struct paid_list {
    std::vector<paid_picture> pictures;
    int unsafe = 0;             // withheld by the upstream
    int unreadable_answers = 0; // recorded, and not to be understood
    std::string trouble;        // why the last one could not be stored
};

// Pictures get consecutive numbers over all answers, without those that the upstream withheld; the
// numbers depend on the recorded answers alone, so a worker that takes over continues them.
paid_list list_pictures(const task::record& record);

// What a describe found, in the order of the calls.
std::vector<std::string> list_descriptions(const task::record& record);

// Its link is dead `now`, as it says itself, else a day after the task's first call.
bool is_link_dead(const paid_picture& of, const task::record& record, unix_millis now);

// Notes what became of an order. A disk that refuses a picture leaves it open, to be downloaded
// again rather than held, for as long as its link lives.
void note(paid_list& in, const picture_outcome& ended, const task::record& record, unix_millis now);

} // namespace imagined::worker
