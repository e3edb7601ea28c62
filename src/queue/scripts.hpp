// The verbs of the queue as functions of one library of Redis; put together once.
#pragma once

#include "imagined/redis/client.hpp"

namespace imagined::queue {

struct script_set {
    redis::function adopt, audit, calling, cancel, claim, counts, finish, follow, forget, history,
        links, lost, newest, not_started, outbox_claim, outbox_delivered, outbox_failed,
        outbox_gone, outbox_release, outbox_replay, probe, progress, promote, reap,
        register_callers, release, renew, reserve_id, reset, resubmit, sign_off, sign_out, stats,
        stored, submit, submit_modal, turn, unfinished, withdraw;
};

const script_set& scripts();

} // namespace imagined::queue
