// The names of tasks in the addresses of pictures: "<public_url>/mj/image/<name>", "…/<name>/<n>".
// A name is the task's id; where addresses are signed, "<id>-<token>", which nobody can make up who
// was not handed it, and which is the same for as long as the picture lives. Ids count upwards, so
// that without a token all pictures could be walked. Pure.
#pragma once

#include "imagined/base/clock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace imagined::store {

class picture_addresses {
public:
    enum class kind { open, with_token };

    explicit picture_addresses(kind what) : kind_(what) {}

    // The secret of all processes, and since when addresses are signed with it; "" and 0 while
    // none ever were.
    void learn(std::string secret, unix_millis since);

    // False while names would be wrong: they are signed, and the secret is not known yet.
    bool ready() const { return kind_ == kind::open || !secret_.empty(); }

    std::string name_of(std::string_view id) const;

    // "<public_url>/mj/image/<name>"
    std::string address_of(std::string_view public_url, std::string_view id) const;

    struct reading {
        std::string id;
        bool proven = false; // by its token
    };

    // nullopt for what is neither an id nor one with its token.
    std::optional<reading> read(std::string_view name) const;

    // Whether the bare id shows the picture to everybody: always, where addresses are open; else
    // where it was handed out so, before any was signed.
    bool is_open(std::string_view id) const;

private:
    std::string token_of(std::string_view id) const;

    kind kind_;
    std::string secret_;
    std::string first_signed_; // ids from this one on
};

} // namespace imagined::store
