#include "scripts.hpp"

#include "linking.hpp"
#include "lua_sources.hpp"

#include <string>

namespace imagined::queue {

namespace {

// With the right first line a script is refused as a whole when Redis cannot write: out of memory,
// its disk full, read-only. Without one, it is stopped at its first write that needs memory, after
// those that need none: half a transition, and a task in none of the sets.
redis::script
load(const char* name, std::string_view operation, std::string_view start = "#!lua\n") {
    static const auto library = split_library(lua::library);
    return {name, std::string(start).append(link_script(library, operation))};
}

// Reading goes on meanwhile.
redis::script load_reader(const char* name, std::string_view operation) {
    return load(name, operation, "#!lua flags=no-writes\n");
}

} // namespace

const script_set& scripts() {
    static const script_set loaded{
        .adopt = load("adopt", lua::adopt),
        .audit = load_reader("audit", lua::audit),
        .calling = load("calling", lua::calling),
        .cancel = load("cancel", lua::cancel),
        .claim = load("claim", lua::claim),
        .finish = load("finish", lua::finish),
        .follow = load_reader("follow", lua::follow),
        .forget = load("forget", lua::forget),
        .history = load_reader("history", lua::history),
        .lost = load("lost", lua::lost),
        .newest = load_reader("newest", lua::newest),
        .not_started = load("not_started", lua::not_started),
        .outbox_claim = load("outbox_claim", lua::outbox_claim),
        .outbox_delivered = load("outbox_delivered", lua::outbox_delivered),
        .outbox_failed = load("outbox_failed", lua::outbox_failed),
        .outbox_gone = load("outbox_gone", lua::outbox_gone),
        .outbox_release = load("outbox_release", lua::outbox_release),
        .outbox_replay = load("outbox_replay", lua::outbox_replay),
        .progress = load("progress", lua::progress),
        .promote = load("promote", lua::promote),
        .reap = load("reap", lua::reap),
        .register_callers = load("register_callers", lua::register_callers),
        .release = load("release", lua::release),
        .renew = load("renew", lua::renew),
        .reserve_id = load("reserve_id", lua::reserve_id),
        .reset = load("reset", lua::reset),
        .sign_off = load("sign_off", lua::sign_off),
        .stats = load_reader("stats", lua::stats),
        .stored = load("stored", lua::stored),
        .submit = load("submit", lua::submit),
        .submit_modal = load("submit_modal", lua::submit_modal),
        .turn = load("turn", lua::turn),
        .unfinished = load_reader("unfinished", lua::unfinished),
        .withdraw = load("withdraw", lua::withdraw),
    };
    return loaded;
}

} // namespace imagined::queue
