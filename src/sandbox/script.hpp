// Outcomes that a tester has ordered for coming calls. Entries are consumed in order: a call takes
// the first one that matches it. An entry of the operation "picture" is for the download of a
// result picture; no other entry is. deploy/backends.md lists the members.
#pragma once

#include "encoding.hpp"

#include "imagined/base/async.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/http/message.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::sandbox {

enum class dropping { none, before_read, after_read };
enum class withheld_url { null, empty, absent };

// Each of ideogram-api.md §6; the comment is the place's own example.
inline constexpr std::array<std::string_view, 11> created_spellings{
    "epoch",    // 1709123456
    "millis",   // 1709123456000
    "float",    // 1709123456.25
    "text",     // "1709123456"
    "space",    // "2000-01-23 04:56:07+00:00"
    "offset",   // "2000-01-23T04:56:07+00:00"
    "micros",   // "2000-01-23T04:56:07.965408+00:00"
    "z",        // "2000-01-23T04:56:07Z"
    "z_millis", // "2000-01-23T04:56:07.000Z"
    "null",
    "missing"
};

struct scripted_outcome {
    int status = 0; // 0: the ordinary answer
    std::string body;
    http::fields headers;
    milliseconds delay{0};
    dropping drop = dropping::none;
    std::vector<int> unsafe; // 0-based places; {-1} is all
    withheld_url unsafe_url = withheld_url::null;
    bool truncate = false;
    int drip = 0;        // bytes of the body a second; 0: as fast as it goes
    std::string created; // "" or one of created_spellings: how `created` is written
    picture_format pictures = picture_format::png; // what the links lead to
    std::string suffix;                            // of the links, be it a lie; "": the true one
    std::optional<int> link_life;                  // seconds; else a day
    std::optional<bool> billed;                    // else: an answer and a drop after reading are
};

struct script_entry {
    std::string prompt;    // "" or a part of the prompt
    std::string dialect;   // "" or its name
    std::string operation; // "" or its name
    int times = 1;
    scripted_outcome what;
};

class script {
public:
    // Appends an object or an array of objects. Fails with `invalid`, naming the member, and then
    // appends nothing.
    result<void> add(const nlohmann::json& entries);

    // A drop before reading is taken on the head alone, so its entry cannot ask for a prompt.
    bool take_early_drop(std::string_view dialect, std::string_view operation);

    std::optional<scripted_outcome>
    take(std::string_view dialect, std::string_view operation, std::string_view prompt);

    // The same for a download; `text` is what the picture was drawn for.
    std::optional<scripted_outcome> take_for_picture(std::string_view text);

    void clear() { entries_.clear(); }

    std::size_t left() const;

private:
    void consume(std::size_t at);

    std::deque<script_entry> entries_;
};

} // namespace imagined::sandbox
