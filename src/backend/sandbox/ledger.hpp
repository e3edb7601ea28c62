// What a simulated upstream was asked, and what it would have charged. A test's witness: it counts
// a call that was billed but never answered as well.
#pragma once

#include "sandbox/rules.hpp"

#include "imagined/base/clock.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace imagined::backend {

struct ledger_call {
    unix_millis at = 0;
    std::string dialect;
    std::string operation;
    std::string path;
    std::string model;
    std::string key; // "Api-Key 3f2a9c…", a digest's first digits
    std::string prompt;
    int num_images = 0;
    std::int64_t micros = 0; // what was charged
    bool billed = false;
    std::string outcome = "in flight"; // "answered", "HTTP 400: unknown field size", "dropped"
    nlohmann::json request = nlohmann::json::object();
};

class ledger {
public:
    // The handle is good until clear().
    std::uint64_t open(ledger_call call);

    // Adds what its body turned out to ask for.
    void describe(std::uint64_t handle, const accepted_call& call);

    // A call that is not remembered any more is left alone; bill() still adds to the totals.
    void close(std::uint64_t handle, std::string outcome);
    void bill(std::uint64_t handle, int images, std::int64_t micros);

    // One more or less call being worked on, by key.
    void enter(const std::string& key);
    void leave(const std::string& key);
    int in_flight(const std::string& key) const;

    void clear();
    nlohmann::json shown() const;

private:
    ledger_call* find(std::uint64_t handle);

    std::deque<ledger_call> calls_;
    std::uint64_t first_ = 0; // handle of calls_.front()
    std::uint64_t forgotten_ = 0;
    std::int64_t micros_ = 0;
    std::int64_t images_ = 0;
    std::int64_t billed_ = 0;
    int now_ = 0;
    int most_ = 0;
    std::map<std::string, int> by_key_;
    std::map<std::string, int> most_by_key_;
};

} // namespace imagined::backend
