#include "openai/pictures.hpp"

#include "imagined/backend/dialect.hpp"
#include "views/picture_address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace imagined::api {

namespace {

// Copies in another format stand this far behind their pictures.
constexpr int copies_from = 40;
constexpr int most_handed = 20;
static_assert(copies_from + most_handed <= last_public_picture);

constexpr int usual_quality = 90;

std::optional<store::picture_format> format_named(std::string_view name) {
    using store::picture_format;
    if (name == "png") {
        return picture_format::png;
    }
    if (name == "jpeg") {
        return picture_format::jpeg;
    }
    return name == "webp" ? std::optional(picture_format::webp) : std::nullopt;
}

struct numbered_picture {
    int n = 0; // where it stands in the store
    store::stored_picture stored;
};

// Runs on the pool.
result<numbered_picture> in_format(
    store::image_store& images,
    const std::string& id,
    numbered_picture original,
    const task::handing_out& wanted
) {
    const auto format = format_named(wanted.format);
    if (!format || original.stored.info.format == *format) {
        return original;
    }
    const int n = copies_from + original.n;
    if (auto made = images.find(id, n)) {
        return numbered_picture{n, std::move(*made)};
    }
    auto bytes = images.read(id, original.n);
    if (!bytes) {
        return bytes.error();
    }
    const auto copy =
        store::convert(std::move(*bytes), *format, wanted.quality.value_or(usual_quality));
    if (!copy) {
        return original;
    }
    auto put = images.put(id, n, *copy);
    if (!put) {
        return put.error();
    }
    return numbered_picture{n, std::move(*put)};
}

result<std::vector<numbered_picture>>
find_all(store::image_store& images, const std::string& id, const task::handing_out& wanted) {
    std::vector<numbered_picture> found;
    for (int n = 1; n <= most_handed; ++n) {
        auto original = images.find(id, n);
        if (!original) {
            continue;
        }
        auto made = in_format(images, id, {n, std::move(*original)}, wanted);
        if (!made) {
            return made.error();
        }
        found.push_back(std::move(*made));
    }
    return found;
}

// By picture number, as the worker numbers what it stores: withheld ones have none.
std::map<int, std::string> prompts_of(std::vector<task::call> calls) {
    std::erase_if(calls, [](const task::call& one) {
        return one.now != task::call::state::answered;
    });
    std::sort(calls.begin(), calls.end(), [](const task::call& a, const task::call& b) {
        return a.first_picture < b.first_picture;
    });
    std::map<int, std::string> prompts;
    int number = 0;
    for (const task::call& made : calls) {
        const auto answer = backend::answer_from_text(made.answer);
        const std::size_t count =
            answer ? std::min(answer->pictures.size(), static_cast<std::size_t>(made.count)) : 0;
        for (std::size_t i = 0; i < count; ++i) {
            const auto& picture = answer->pictures[i];
            if (picture.safe && !picture.url.empty()) {
                prompts[++number] = picture.prompt;
            }
        }
    }
    return prompts;
}

} // namespace

awaitable<result<std::vector<handed_picture>>>
hand_out(context& api, const queue::snapshot& task, const task::submission& submitted) {
    const std::string& id = task.record.id;
    auto told = co_await api.parts.tasks.history(id);
    if (!told) {
        co_return told.error();
    }
    auto job = [&images = api.parts.images, id, wanted = submitted.handed] {
        return find_all(images, id, wanted);
    };
    auto found = co_await api.parts.pool.run(std::move(job));
    if (!found) {
        co_return found.error();
    }
    auto prompts = prompts_of(std::move(told->calls));
    std::vector<handed_picture> handed;
    handed.reserve(found->size());
    for (numbered_picture& one : *found) {
        const int original = one.n > copies_from ? one.n - copies_from : one.n;
        handed.push_back(
            {std::move(one.stored),
             picture_address(api.here(), {id, one.n}),
             std::move(prompts[original])}
        );
    }
    co_return handed;
}

} // namespace imagined::api
