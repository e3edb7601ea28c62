// What storing costs: CPU time of put_shown() of one small picture as a new task's, with every
// flush.
//
//   bench_puts [DIRECTORY [TASKS [THREADS]]]
//
// DIRECTORY (by default here) is what must be on the file system in question; what is written there
// is removed again.
#include "imagined/store/image_store.hpp"
#include "imagined/store/picture.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
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

void put_all(store::image_store& pictures, std::string_view picture, int tasks, int threads) {
    std::atomic<int> next = 0;
    std::vector<std::jthread> workers;
    for (int i = 0; i < threads; ++i) {
        workers.emplace_back([&] {
            for (int task = next++; task < tasks; task = next++) {
                if (!pictures.put_shown(std::to_string(first_id + task), 1, picture)) {
                    std::fprintf(stderr, "a picture could not be stored\n");
                    std::_Exit(1);
                }
            }
        });
    }
}

} // namespace

int main(int argc, char** argv) {
    const std::filesystem::path directory = argc > 1 ? argv[1] : ".";
    const int tasks = argc > 2 ? std::atoi(argv[2]) : 3000;
    const int threads = argc > 3 ? std::atoi(argv[3]) : 1;
    const auto root = directory / ("bench_puts." + std::to_string(::getpid()));
    const store::bitmap grey{16, 16, std::vector<std::uint8_t>(std::size_t{16} * 16 * 3, 128)};
    const auto picture = store::encode(grey, store::picture_format::png);
    store::image_store pictures(root);

    const auto start = std::chrono::steady_clock::now();
    const spent before = so_far();
    put_all(pictures, *picture, tasks, threads);
    const spent after = so_far();
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;

    const double user = (after.user - before.user) / tasks;
    const double system = (after.system - before.system) / tasks;
    std::printf(
        "put_shown, %d threads: %.1f us of CPU (user %.1f, system %.1f), one in %.0f us\n",
        threads,
        user + system,
        user,
        system,
        took.count() / tasks
    );
    std::filesystem::remove_all(root);
}
