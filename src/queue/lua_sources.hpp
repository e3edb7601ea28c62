// The scripts of src/queue/lua, each with the shared library in front, embedded by the build.
#pragma once

#include <string_view>

namespace imagined::queue::lua {

extern const std::string_view adopt, audit, calling, cancel, claim, finish, forget, history, lost,
    newest, not_started, outbox_claim, outbox_delivered, outbox_failed, outbox_gone, outbox_replay,
    progress, promote, read, reap, register_callers, release, renew, reserve_id, sign_off, stats,
    stored, submit, submit_modal, unfinished, withdraw;

} // namespace imagined::queue::lua
