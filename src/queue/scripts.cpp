#include "scripts.hpp"

#include "linking.hpp"
#include "lua_sources.hpp"

namespace imagined::queue {

namespace {

redis::script load(const char* name, std::string_view operation) {
    static const auto library = split_library(lua::library);
    return {name, link_script(library, operation)};
}

} // namespace

const script_set& scripts() {
    static const script_set loaded{
        .adopt = load("adopt", lua::adopt),
        .audit = load("audit", lua::audit),
        .calling = load("calling", lua::calling),
        .cancel = load("cancel", lua::cancel),
        .claim = load("claim", lua::claim),
        .finish = load("finish", lua::finish),
        .forget = load("forget", lua::forget),
        .history = load("history", lua::history),
        .lost = load("lost", lua::lost),
        .newest = load("newest", lua::newest),
        .not_started = load("not_started", lua::not_started),
        .outbox_claim = load("outbox_claim", lua::outbox_claim),
        .outbox_delivered = load("outbox_delivered", lua::outbox_delivered),
        .outbox_failed = load("outbox_failed", lua::outbox_failed),
        .outbox_gone = load("outbox_gone", lua::outbox_gone),
        .outbox_replay = load("outbox_replay", lua::outbox_replay),
        .progress = load("progress", lua::progress),
        .promote = load("promote", lua::promote),
        .read = load("read", lua::read),
        .reap = load("reap", lua::reap),
        .register_callers = load("register_callers", lua::register_callers),
        .release = load("release", lua::release),
        .renew = load("renew", lua::renew),
        .reserve_id = load("reserve_id", lua::reserve_id),
        .sign_off = load("sign_off", lua::sign_off),
        .stats = load("stats", lua::stats),
        .stored = load("stored", lua::stored),
        .submit = load("submit", lua::submit),
        .submit_modal = load("submit_modal", lua::submit_modal),
        .unfinished = load("unfinished", lua::unfinished),
        .withdraw = load("withdraw", lua::withdraw),
    };
    return loaded;
}

} // namespace imagined::queue
