// Outcomes that a tester has ordered for coming calls. Entries are consumed in order: a call takes
// the first one that matches it.
#pragma once

#include "imagined/base/async.hpp"
#include "imagined/base/failure.hpp"
#include "imagined/http/message.hpp"

#include <nlohmann/json.hpp>

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::backend {

enum class dropping { none, before_read, after_read };
enum class withheld_url { null, empty, absent };

struct scripted_outcome {
    int status = 0; // 0: the ordinary answer
    std::string body;
    http::fields headers;
    milliseconds delay{0};
    dropping drop = dropping::none;
    std::vector<int> unsafe; // 0-based places; {-1} is all
    withheld_url unsafe_url = withheld_url::null;
    bool truncate = false;
    std::string created;        // "", epoch, millis, space, z, missing: how `created` is written
    std::optional<bool> billed; // else: an answer and a drop after reading are
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

    void clear() { entries_.clear(); }

    std::size_t left() const;

private:
    void consume(std::size_t at);

    std::deque<script_entry> entries_;
};

} // namespace imagined::backend
