#include "ending_rule.hpp"

#include "imagined/task/fail_texts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace imagined::worker {

namespace {

std::string why_fewer(const harvest& brought) {
    std::string why;
    const auto add = [&why](const std::string& part) {
        why += why.empty() ? "" : "; ";
        why += part;
    };
    if (brought.unsafe > 0) {
        add(fmt::format("{} withheld as unsafe", brought.unsafe));
    }
    if (brought.lost > 0) {
        add(fmt::format("the outcome of the call for {} is unknown", brought.lost));
    }
    if (brought.unreadable > 0) {
        add(fmt::format("{} could not be downloaded", brought.unreadable));
    }
    if (!brought.damaged.empty()) {
        const bool one = brought.damaged.size() == 1;
        add(fmt::format(
            "picture{} {} {} damaged",
            one ? "" : "s",
            fmt::join(brought.damaged, ", "),
            one ? "is" : "are"
        ));
    }
    if (brought.unstored > 0) {
        add(fmt::format("{} could not be stored", brought.unstored));
    }
    if (brought.refused) {
        add("a further call was refused: " + brought.refused->reason.en);
    }
    if (brought.too_late) {
        add("the task's time was up");
    }
    return why.empty() ? "the backend answered with fewer" : why;
}

} // namespace

verdict judge(const harvest& brought) {
    using task::fail_code;
    if (brought.delivered >= brought.wanted) {
        return {};
    }
    if (brought.delivered > 0) {
        verdict fewer;
        fewer.note = fmt::format(
            "{} of {} pictures: {}", brought.delivered, brought.wanted, why_fewer(brought)
        );
        return fewer;
    }
    if (brought.unstored > 0) {
        const auto stored = fail_code::storage_failed;
        return {stored, task::text_of(stored), ""};
    }
    if (brought.refused) {
        return {brought.refused->code, brought.refused->reason, ""};
    }
    fail_code code = fail_code::no_picture;
    if (brought.lost > 0) {
        code = fail_code::ambiguous_upstream_outcome;
    } else if (brought.unsafe > 0) {
        code = fail_code::content_rejected;
    } else if (brought.too_late) {
        code = fail_code::timeout;
    }
    const bool waited = code == fail_code::timeout;
    return {code, task::with_last_words(task::text_of(code), waited ? brought.last_words : ""), ""};
}

} // namespace imagined::worker
