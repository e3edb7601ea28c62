#include "answers.hpp"

#include "imagined/base/bytes.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace imagined::sandbox {

namespace {

using nlohmann::json;

std::string
timestamp(unix_millis now, char between, std::string_view fraction, std::string_view zone) {
    const auto time = std::chrono::sys_seconds(std::chrono::seconds(now / 1000));
    const auto parts = fmt::gmtime(std::chrono::system_clock::to_time_t(time));
    return fmt::format("{:%Y-%m-%d}{}{:%H:%M:%S}{}{}", parts, between, parts, fraction, zone);
}

// Every variant that was ever seen (ideogram-api.md §6); the caller must survive all of them.
json created(std::string_view dialect, unix_millis now, std::string_view ordered) {
    if (ordered.empty()) {
        ordered = dialect == "crazyrouter"  ? "epoch"
                  : dialect == "camel"      ? "z"
                  : dialect == "mjdjourney" ? "z_millis"
                                            : "micros";
    }
    if (ordered == "epoch") {
        return now / 1000;
    }
    if (ordered == "millis") {
        return now;
    }
    if (ordered == "float") {
        const auto whole_seconds = now / 1000;
        return static_cast<double>(whole_seconds) + 0.25;
    }
    if (ordered == "text") {
        return std::to_string(now / 1000);
    }
    if (ordered == "null") {
        return nullptr;
    }
    if (ordered == "space") {
        return timestamp(now, ' ', "", "+00:00");
    }
    if (ordered == "offset") {
        return timestamp(now, 'T', "", "+00:00");
    }
    if (ordered == "z") {
        return timestamp(now, 'T', "", "Z");
    }
    if (ordered == "z_millis") {
        return timestamp(now, 'T', fmt::format(".{:03}", now % 1000), "Z");
    }
    return timestamp(now, 'T', fmt::format(".{:06}", now % 1000 * 1000), "+00:00");
}

bool is_unsafe(const scripted_outcome& ordered, int place) {
    const auto& list = ordered.unsafe;
    return std::find(list.begin(), list.end(), place) != list.end()
           || std::find(list.begin(), list.end(), -1) != list.end();
}

void put_link(json& entry, const std::string& link, bool unsafe, withheld_url how) {
    if (!unsafe) {
        entry["url"] = link;
    } else if (how == withheld_url::null) {
        entry["url"] = nullptr;
    } else if (how == withheld_url::empty) {
        entry["url"] = "";
    }
}

json picture_entry(
    const accepted_call& call,
    const answer_facts& facts,
    const link_maker& links,
    const scripted_outcome& ordered,
    int place
) {
    const bool unsafe = is_unsafe(ordered, place);
    const std::int64_t seed = facts.seeds[static_cast<std::size_t>(place)];
    const drawing shown{
        .text = call.request.prompt.empty() ? std::string(task::to_string(call.request.what))
                                            : call.request.prompt,
        .seed = seed,
        .index = place,
        .width = call.size.width,
        .height = call.size.height,
        .base = facts.base
    };
    json entry = json::object();
    put_link(
        entry, links.link_to(shown, ordered.pictures, ordered.suffix), unsafe, ordered.unsafe_url
    );
    const bool bare = facts.dialect == "crazyrouter" && call.request.model != task::model::v3;
    if (!bare) {
        entry["is_image_safe"] = !unsafe;
    }
    if (call.request.what == task::operation::remove_background) {
        return entry;
    }
    entry["prompt"] = call.request.prompt;
    entry["resolution"] = fmt::format("{}x{}", call.size.width, call.size.height);
    entry["seed"] = seed;
    const bool styled = facts.dialect != "mjdjourney" && facts.dialect != "crazyrouter";
    if (styled) {
        entry["style_type"] = call.style_type.empty() ? json(nullptr) : json(call.style_type);
    }
    return entry;
}

json descriptions(const accepted_call& call) {
    const std::string what =
        fmt::format("A simulated picture of {}x{} pixels", call.size.width, call.size.height);
    return {
        {"descriptions",
         json::array(
             {{{"text", what + ", with a bright disk above two rows of hills."}},
              {{"text", what + ", in flat poster colours with large white lettering."}}}
         )}
    };
}

} // namespace

std::string picture_signature(std::string_view key, std::string_view word, std::string_view exp) {
    return to_hex(hmac_sha256(key, fmt::format("{}.{}", word, exp)));
}

std::string
link_maker::link_to(const drawing& what, picture_format format, const std::string& suffix) const {
    const std::string word = to_word(what);
    const std::string exp = std::to_string(expires);
    return fmt::format(
        "{}/api/images/ephemeral/{}{}?exp={}&sig={}{}",
        origin,
        word,
        suffix.empty() ? suffix_of(format) : suffix,
        exp,
        picture_signature(picture_key, word, exp),
        // The bytes' format when the suffix is a lie.
        suffix.empty() ? "" : fmt::format("&as={}", suffix_of(format).substr(1))
    );
}

json paid_answer(
    const accepted_call& call,
    const answer_facts& facts,
    const link_maker& links,
    const scripted_outcome& ordered
) {
    if (call.request.what == task::operation::describe) {
        return descriptions(call);
    }
    json data = json::array();
    for (int place = 0; place < static_cast<int>(facts.seeds.size()); ++place) {
        data.push_back(picture_entry(call, facts, links, ordered, place));
    }
    json body{{"data", std::move(data)}};
    if (ordered.created != "missing") {
        body["created"] = created(facts.dialect, facts.now, ordered.created);
    }
    return body;
}

json error_body(std::string_view dialect, int status, std::string_view text) {
    if (dialect == "official" || dialect == "camel") {
        return {{"error", text}};
    }
    return {
        {"error", {{"message", text}, {"type", "upstream_error"}, {"code", std::to_string(status)}}}
    };
}

} // namespace imagined::sandbox
