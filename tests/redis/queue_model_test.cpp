// Random walks beside the model: QUEUE_MODEL_STEPS (100000) from QUEUE_MODEL_SEED (random,
// printed). A walk that fails is shrunk to few steps and told step by step.
#include "queue_walk.hpp"
#include "tests/support/redis_server.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>
#include <optional>
#include <random>

namespace imagined::test {

namespace {

using seeds = std::vector<std::uint32_t>;

constexpr std::size_t episode_length = 2000;
constexpr std::size_t check_all_every = 100;

struct outcome {
    std::size_t at = 0; // index of the step that failed
    std::string why;
    std::vector<std::string> told;
};

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// Walks the steps on an empty database; the first disagreement, or nothing.
std::optional<outcome> walk(blocking_redis& redis, const seeds& steps, std::size_t check_every) {
    outcome found;
    try {
        queue_walk walker(redis);
        for (found.at = 0; found.at < steps.size(); ++found.at) {
            try {
                walker.step(steps[found.at]);
                if ((found.at + 1) % check_every == 0) {
                    walker.check_everything();
                }
            } catch (...) {
                found.told.push_back(walker.told());
                throw;
            }
            found.told.push_back(walker.told());
        }
        walker.settle();
    } catch (const std::exception& error) {
        found.why = error.what();
        return found;
    }
    return std::nullopt;
}

// Removes chunks as long as what is left still fails, in ever smaller pieces.
seeds shrink(blocking_redis& redis, seeds steps) {
    constexpr int most_walks = 3000;
    constexpr std::size_t checks = 20; // of everything, in one walk; the last walk checks each step
    int walks = 0;
    for (std::size_t chunk = steps.size() / 2; chunk > 0; chunk /= 2) {
        for (std::size_t from = 0; from < steps.size() && walks < most_walks;) {
            seeds fewer(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(from));
            const auto rest = std::min(steps.size(), from + chunk);
            fewer.insert(
                fewer.end(), steps.begin() + static_cast<std::ptrdiff_t>(rest), steps.end()
            );
            ++walks;
            if (const auto still = walk(redis, fewer, 1 + fewer.size() / checks)) {
                fewer.resize(std::min(fewer.size(), still->at + 1));
                steps = std::move(fewer);
            } else {
                from += chunk;
            }
        }
    }
    return steps;
}

void tell(blocking_redis& redis, seeds steps, const outcome& first, std::uint64_t seed) {
    std::cerr << "QUEUE_MODEL_SEED=" << seed << " failed: " << first.why << "\n  in "
              << first.told.back() << "\nshrinking...\n";
    steps.resize(std::min(steps.size(), first.at + 1));
    steps = shrink(redis, std::move(steps));
    const auto last = walk(redis, steps, 1);
    if (!last) {
        std::cerr << "the shrunk walk does not fail any more\n";
        return;
    }
    for (const auto& line : last->told) {
        std::cerr << "  " << line << '\n';
    }
    std::cerr << last->why << '\n';
}

} // namespace

TEST_CASE("the queue and its model agree after every step of a random walk") {
    const auto steps = from_environment("QUEUE_MODEL_STEPS", 100'000);
    const auto seed = from_environment("QUEUE_MODEL_SEED", std::random_device{}());
    std::cerr << "QUEUE_MODEL_STEPS=" << steps << " QUEUE_MODEL_SEED=" << seed << '\n';
    redis_server server({"--appendonly", "no"});
    blocking_redis redis(server.socket_path());
    for (std::uint64_t done = 0; done < steps; done += episode_length) {
        std::mt19937_64 dice(seed + done);
        seeds episode;
        for (std::uint64_t i = 0; i < std::min<std::uint64_t>(episode_length, steps - done); ++i) {
            episode.push_back(static_cast<std::uint32_t>(dice()));
        }
        if (const auto failed = walk(redis, episode, check_all_every)) {
            tell(redis, episode, *failed, seed);
            FAIL("the queue and its model disagree: " << failed->why);
        }
    }
}

} // namespace imagined::test
