// What storing costs: CPU time of put_all() of pictures of new tasks, one a task and shown, with
// every flush.
//
//   bench_puts [DIRECTORY [TASKS [BYTES [TOGETHER]]]]
//
// DIRECTORY (by default here) is what must be on the file system in question; what is written there
// is removed again. BYTES a picture, TOGETHER of them in one call.
#include "imagined/store/image_store.hpp"
#include "imagined/store/picture.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

namespace {

using namespace imagined;

constexpr std::int64_t first_id = 1728005000000000;

struct spent {
    double user = 0;
    double system = 0;
};

double microseconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
}

spent so_far() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return {microseconds(used.ru_utime), microseconds(used.ru_stime)};
}

void put_all(store::image_store& pictures, std::string_view picture, int tasks, int together) {
    for (int task = 0; task < tasks; task += together) {
        std::vector<std::string> ids;
        for (int i = 0; i < together; ++i) {
            ids.push_back(std::to_string(first_id + task + i));
        }
        std::vector<store::new_picture> batch;
        for (const std::string& id : ids) {
            batch.push_back({id, 1, picture, true});
        }
        for (const auto& stored : pictures.put_all(batch)) {
            if (!stored) {
                std::fprintf(stderr, "%s\n", stored.error().detail.c_str());
                std::_Exit(1);
            }
        }
    }
}

} // namespace

int main(int argc, char** argv) {
    const std::filesystem::path directory = argc > 1 ? argv[1] : ".";
    const int tasks = argc > 2 ? std::atoi(argv[2]) : 3000;
    const std::size_t bytes = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 300;
    const int together = argc > 4 ? std::max(1, std::atoi(argv[4])) : 1;
    const auto root = directory / ("bench_puts." + std::to_string(::getpid()));
    const store::bitmap grey{16, 16, std::vector<std::uint8_t>(std::size_t{16} * 16 * 3, 128)};
    // What is behind a picture's end is kept as it came.
    std::string picture = *store::encode(grey, store::picture_format::png);
    picture.resize(std::max(bytes, picture.size()), 'x');
    store::image_store pictures(root);

    const auto start = std::chrono::steady_clock::now();
    const spent before = so_far();
    put_all(pictures, picture, tasks, together);
    const spent after = so_far();
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;

    const double user = (after.user - before.user) / tasks;
    const double system = (after.system - before.system) / tasks;
    std::printf(
        "%d together, %zu bytes: %.1f us of CPU a task (user %.1f, system %.1f), one in %.0f us\n",
        together,
        picture.size(),
        user + system,
        user,
        system,
        took.count() / tasks
    );
    std::filesystem::remove_all(root);
}
