// The texts under src/queue/lua, embedded by the build: the shared library, and each operation.
#pragma once

#include <string_view>

namespace imagined::queue::lua {

extern const std::string_view library;
extern const std::string_view adopt, audit, calling, cancel, claim, counts, finish, follow, forget,
    history, links, lost, newest, not_started, outbox_claim, outbox_delivered, outbox_failed,
    outbox_gone, outbox_release, outbox_replay, probe, progress, promote, reap, register_callers,
    release, renew, reserve_id, reset, resubmit, sign_off, sign_out, stats, stored, submit,
    submit_modal, turn, unfinished, withdraw;

} // namespace imagined::queue::lua
