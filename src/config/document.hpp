// The configuration while it is being put together: every key's value with the place it came from,
// and the list of everything that is wrong.
#pragma once

#include "definition.hpp"

#include "imagined/config/settings.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::config {

struct entry {
    value what;
    std::string origin;  // "imagined.toml:7", "environment IMAGINED_…"; "" is the default
    bool broken = false; // given but unusable: rules that depend on it keep silent
};

// One table: "server", or one element of a list of tables.
struct section {
    std::string kind;   // "server", "backend"
    std::string label;  // "server", "backend[camel-1]"
    std::string origin; // where a list's table starts
    std::map<std::string, entry, std::less<>> entries;
    words key_names = {}; // of a backend: where each key came from, "" if it stands there itself

    const entry& at(std::string_view key) const { return entries.find(key)->second; }

    template <class T>
    const T& get(std::string_view key) const {
        return std::get<T>(at(key).what);
    }

    bool broken(std::string_view key) const { return at(key).broken; }
};

// With every key of `kind` at its default.
section make_section(std::string_view kind, std::string label);

class document {
public:
    explicit document(purpose what_for = purpose::serve); // all defaults

    section& once(std::string_view kind) { return once_.find(kind)->second; }

    const section& once(std::string_view kind) const { return once_.find(kind)->second; }

    std::vector<section>& list(std::string_view kind) { return lists_.find(kind)->second; }

    const std::vector<section>& list(std::string_view kind) const {
        return lists_.find(kind)->second;
    }

    // Takes a value that has the right shape, unless its constraint complains.
    void set(section& into, const definition& row, value what, std::string origin);

    // Notes an error: "imagined.toml:7: worker.lease: expected …".
    void complain(std::string_view origin, std::string_view name, std::string_view text);
    // The same, and the key's value is not to be relied on.
    void spoil(section& of, const definition& row, std::string_view origin, std::string_view text);

    // Whether a value that stands elsewhere may be out of reach: what the configuration is read for
    // does not need it.
    bool may_be_unread(const definition& row) const;
    // It is. A secret's place holds `reference`, anything else keeps its default; neither is to be
    // relied on.
    void leave_unread(section& of, const definition& row, value reference, std::string origin);

    purpose what_for() const { return what_for_; }

    errors complaints;
    std::vector<std::string> warnings;

private:
    purpose what_for_;
    std::map<std::string, section, std::less<>> once_;
    std::map<std::string, std::vector<section>, std::less<>> lists_;
};

} // namespace imagined::config
