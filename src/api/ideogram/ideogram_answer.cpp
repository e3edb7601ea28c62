#include "ideogram/ideogram_answer.hpp"

#include "imagined/backend/dialect.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>

namespace imagined::api {

namespace {

using nlohmann::json;

constexpr std::int64_t first_millis = 100'000'000'000; // smaller numbers count seconds

std::string timestamp(std::int64_t seconds) {
    return fmt::format(
        "{:%Y-%m-%dT%H:%M:%S}+00:00", fmt::gmtime(static_cast<std::time_t>(seconds))
    );
}

// Relays count seconds or milliseconds where Ideogram writes a date.
void mend_created(json& body, unix_millis began) {
    const auto told = body.find("created");
    if (told != body.end() && told->is_string()) {
        return;
    }
    std::int64_t seconds = began / 1000;
    if (told != body.end() && told->is_number()) {
        seconds = told->get<std::int64_t>();
        seconds = seconds > first_millis ? seconds / 1000 : seconds;
    }
    body["created"] = timestamp(seconds);
}

void mend_entry(json& entry, const backend::answered_picture& picture, const own_copy* copy) {
    entry["is_image_safe"] = picture.safe;
    if (!entry.contains("prompt") || !entry["prompt"].is_string()) {
        entry["prompt"] = picture.prompt;
    }
    if (!entry.contains("resolution") || !entry["resolution"].is_string()) {
        entry["resolution"] = copy == nullptr ? picture.resolution : copy->size;
    }
    entry["seed"] = std::max<std::int64_t>(picture.seed.value_or(0), 0);
}

struct paid_call {
    const task::call* made = nullptr;
    backend::answer answer;
    json raw; // an object
};

std::vector<paid_call> paid_calls(const std::vector<task::call>& calls) {
    std::vector<paid_call> paid;
    for (const task::call& made : calls) {
        if (made.now != task::call::state::answered) {
            continue;
        }
        auto answer = backend::answer_from_text(made.answer);
        if (!answer) {
            continue;
        }
        json raw = json::parse(answer->raw, nullptr, false);
        if (!raw.is_object()) {
            raw = json::object();
        }
        paid.push_back({&made, std::move(*answer), std::move(raw)});
    }
    std::sort(paid.begin(), paid.end(), [](const paid_call& a, const paid_call& b) {
        return a.made->first_picture < b.made->first_picture;
    });
    return paid;
}

json described(const paid_call& of) {
    json list = json::array();
    for (const std::string& text : of.answer.descriptions) {
        list.push_back({{"text", text}});
    }
    return list;
}

} // namespace

std::string ideogram_answer(
    task::operation what,
    const std::vector<task::call>& calls,
    const std::map<int, own_copy>& copies
) {
    const auto paid = paid_calls(calls);
    if (paid.empty()) {
        return "null";
    }
    json body = paid.front().raw;
    if (what == task::operation::describe) {
        body["descriptions"] = described(paid.front());
        return body.dump(-1, ' ', false, json::error_handler_t::replace);
    }
    json data = json::array();
    int number = 0; // as the worker numbers what it stores: withheld ones have none
    for (const paid_call& one : paid) {
        const auto sent = one.raw.find("data");
        const std::size_t count =
            std::min(one.answer.pictures.size(), static_cast<std::size_t>(one.made->count));
        for (std::size_t i = 0; i < count; ++i) {
            const auto& picture = one.answer.pictures[i];
            const bool shown = picture.safe && !picture.url.empty();
            number += shown ? 1 : 0;
            const auto found = shown ? copies.find(number) : copies.end();
            const own_copy* copy = found == copies.end() ? nullptr : &found->second;
            json entry = json::object();
            if (sent != one.raw.end() && sent->is_array() && i < sent->size()
                && (*sent)[i].is_object()) {
                entry = (*sent)[i];
            }
            entry["url"] = copy == nullptr ? json(nullptr) : json(copy->url);
            mend_entry(entry, picture, copy);
            data.push_back(std::move(entry));
        }
    }
    body["data"] = std::move(data);
    mend_created(body, paid.front().made->started);
    return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace imagined::api
