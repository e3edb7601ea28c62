// What a simulated upstream was asked, and what it would have charged. A test's witness: it counts
// a call that was billed but never answered as well.
#pragma once

#include "rules.hpp"

#include "imagined/base/clock.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::sandbox {

// A picture that a call brought.
struct ledger_file {
    std::string name; // of its field
    std::string bytes;
};

struct ledger_call {
    unix_millis at = 0;
    std::string dialect;
    std::string operation;
    std::string path;
    std::string model;
    std::string key;         // "Api-Key 3f2a9c…", a digest's first digits
    std::string traceparent; // its header
    std::string prompt;
    int num_images = 0;
    std::int64_t micros = 0; // what was charged
    bool billed = false;
    std::string outcome = "in flight"; // "answered", "HTTP 400: unknown field size", "dropped"
    nlohmann::json request = nlohmann::json::object();
    std::vector<ledger_file> files; // of the latest calls only
};

inline constexpr std::size_t max_kept_file_bytes = std::size_t{128} * 1024 * 1024;

class ledger {
public:
    // The handle is good until clear().
    std::uint64_t open(ledger_call call);

    // Adds what its body turned out to ask for.
    void describe(std::uint64_t handle, const accepted_call& call);

    // Of all calls together max_kept_file_bytes are kept: the oldest calls lose theirs first.
    void keep_files(std::uint64_t handle, std::vector<ledger_file> files);

    // The `occurrence`th file of that name which call `place` of shown()'s list brought; null if
    // there is none, or none any more.
    const std::string* file(std::size_t place, std::string_view name, std::size_t occurrence) const;

    // A call that is not remembered any more is left alone; bill() still adds to the totals.
    void close(std::uint64_t handle, std::string outcome);
    void bill(std::uint64_t handle, int images, std::int64_t micros);

    // One more or less call being worked on, by key.
    void enter(const std::string& key);
    void leave(const std::string& key);
    int in_flight(const std::string& key) const;

    // The pictures that a call being worked on brings, from when its body is understood.
    void add_pictures(const std::string& dialect, int count);
    void remove_pictures(const std::string& dialect, int count);
    int pictures_in_flight(const std::string& dialect) const;

    void clear();
    nlohmann::json shown() const;

private:
    ledger_call* find(std::uint64_t handle);
    void drop_oldest_files();

    std::deque<ledger_call> calls_;
    std::uint64_t first_ = 0; // handle of calls_.front()
    std::uint64_t forgotten_ = 0;
    std::size_t file_bytes_ = 0;
    std::int64_t micros_ = 0;
    std::int64_t images_ = 0;
    std::int64_t billed_ = 0;
    int now_ = 0;
    int most_ = 0;
    std::map<std::string, int> by_key_;
    std::map<std::string, int> most_by_key_;
    int pictures_now_ = 0;
    int most_pictures_ = 0;
    std::map<std::string, int> pictures_by_dialect_;
};

} // namespace imagined::sandbox
