#include "scripts.hpp"

#include "imagined/base/bytes.hpp"
#include "lua_sources.hpp"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>

namespace imagined::queue {

namespace {

constexpr std::size_t digest_length = 12;

// A function is refused as a whole when Redis cannot write: out of memory, its disk full,
// read-only. One that only reads goes on meanwhile.
constexpr std::string_view writes = "{}";
constexpr std::string_view reads = "{'no-writes'}";

struct verb {
    redis::function script_set::* place;
    std::string_view name;
    std::string_view text;
    std::string_view flags;
};

const verb verbs[] = {
    {&script_set::adopt, "adopt", lua::adopt, writes},
    {&script_set::audit, "audit", lua::audit, reads},
    {&script_set::calling, "calling", lua::calling, writes},
    {&script_set::cancel, "cancel", lua::cancel, writes},
    {&script_set::claim, "claim", lua::claim, writes},
    {&script_set::counts, "counts", lua::counts, reads},
    {&script_set::finish, "finish", lua::finish, writes},
    {&script_set::follow, "follow", lua::follow, reads},
    {&script_set::forget, "forget", lua::forget, writes},
    {&script_set::history, "history", lua::history, reads},
    {&script_set::links, "links", lua::links, writes},
    {&script_set::lost, "lost", lua::lost, writes},
    {&script_set::newest, "newest", lua::newest, reads},
    {&script_set::not_started, "not_started", lua::not_started, writes},
    {&script_set::outbox_claim, "outbox_claim", lua::outbox_claim, writes},
    {&script_set::outbox_delivered, "outbox_delivered", lua::outbox_delivered, writes},
    {&script_set::outbox_failed, "outbox_failed", lua::outbox_failed, writes},
    {&script_set::outbox_gone, "outbox_gone", lua::outbox_gone, writes},
    {&script_set::outbox_release, "outbox_release", lua::outbox_release, writes},
    {&script_set::outbox_replay, "outbox_replay", lua::outbox_replay, writes},
    {&script_set::probe, "probe", lua::probe, writes},
    {&script_set::progress, "progress", lua::progress, writes},
    {&script_set::promote, "promote", lua::promote, writes},
    {&script_set::reap, "reap", lua::reap, writes},
    {&script_set::register_callers, "register_callers", lua::register_callers, writes},
    {&script_set::release, "release", lua::release, writes},
    {&script_set::renew, "renew", lua::renew, writes},
    {&script_set::reserve_id, "reserve_id", lua::reserve_id, writes},
    {&script_set::reset, "reset", lua::reset, writes},
    {&script_set::resubmit, "resubmit", lua::resubmit, writes},
    {&script_set::sign_off, "sign_off", lua::sign_off, writes},
    {&script_set::sign_out, "sign_out", lua::sign_out, writes},
    {&script_set::stats, "stats", lua::stats, reads},
    {&script_set::stored, "stored", lua::stored, writes},
    {&script_set::submit, "submit", lua::submit, writes},
    {&script_set::submit_modal, "submit_modal", lua::submit_modal, writes},
    {&script_set::turn, "turn", lua::turn, writes},
    {&script_set::unfinished, "unfinished", lua::unfinished, reads},
    {&script_set::withdraw, "withdraw", lua::withdraw, writes},
};

// The shared part, made once, and each verb as a function behind its start.
std::string library_text(std::string_view name) {
    std::string text = fmt::format("#!lua name={}\n{}", name, lua::library);
    for (const verb& one : verbs) {
        text += fmt::format(
            "redis.register_function{{function_name = '{}_{}', flags = {}, "
            "callback = function(keys, values)\n"
            "local refused = start(keys, values, {})\nif refused then return refused "
            "end\n{}end}}\n",
            name,
            one.name,
            one.flags,
            one.flags == writes,
            one.text
        );
    }
    return text;
}

script_set make() {
    // Named by what it says: versions of this program that share a Redis have each their own.
    const std::string digest = sha256_hex(library_text("")).substr(0, digest_length);
    const std::string name = "imagined_" + digest;
    const auto library = std::make_shared<const redis::library>(name, library_text(name));
    script_set made;
    for (const verb& one : verbs) {
        made.*one.place = {std::string(one.name), name + '_' + std::string(one.name), library};
    }
    return made;
}

} // namespace

const script_set& scripts() {
    static const script_set made = make();
    return made;
}

} // namespace imagined::queue
