#include "ideogram/shown_answer.hpp"

#include "imagined/task/submission.hpp"

#include <fmt/format.h>

namespace imagined::api {

namespace {

// More than any task delivers (num_images is 8 at most).
constexpr int most_pictures = 20;

std::map<int, own_copy>
find_copies(store::image_store& images, const std::string& id, const std::string& address) {
    std::map<int, own_copy> copies;
    for (int n = 1; n <= most_pictures; ++n) {
        if (const auto found = images.find(id, n)) {
            copies[n] = {
                fmt::format("{}/{}", address, n),
                fmt::format("{}x{}", found->info.width, found->info.height)
            };
        }
    }
    return copies;
}

} // namespace

awaitable<result<std::string>> answer_of(context& api, const queue::snapshot& task) {
    if (task.record.state != task::state::success) {
        co_return std::string("null");
    }
    const auto submitted = task::submission_from_text(task.submission);
    const auto what = submitted ? submitted->request.what : task::operation::generate;
    const auto told = co_await api.parts.tasks.history(task.record.id);
    if (!told) {
        co_return told.error();
    }
    auto job = [&images = api.parts.images,
                id = task.record.id,
                address = api.parts.pictures.address_of(api.options.public_url, task.record.id)] {
        return find_copies(images, id, address);
    };
    const auto copies = co_await api.parts.pool.run(std::move(job));
    if (!copies) {
        co_return copies.error();
    }
    co_return ideogram_answer(what, told->calls, *copies);
}

} // namespace imagined::api
