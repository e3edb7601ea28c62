#include "ending_rule.hpp"

#include <fmt/format.h>

namespace imagined::worker {

namespace {

std::string why_fewer(const harvest& brought) {
    std::string why;
    const auto add = [&why](std::string part) {
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
        fewer.note =
            fmt::format("{} of {} pictures: {}", brought.delivered, brought.wanted, why_fewer(brought));
        return fewer;
    }
    if (brought.refused) {
        return {brought.refused->code, brought.refused->reason, ""};
    }
    if (brought.lost > 0) {
        return {
            fail_code::ambiguous_upstream_outcome,
            {"上游结果未知，可能已计费，未自动重试", "The outcome of the upstream call is unknown; it may "
                                                      "have been billed and was not repeated"},
            ""
        };
    }
    if (brought.unsafe > 0) {
        return {
            fail_code::content_rejected,
            {"图片未通过上游安全检查", "All pictures were withheld by the upstream's safety check"},
            ""
        };
    }
    if (brought.too_late) {
        return {fail_code::timeout, {"任务超时", "Task timed out"}, ""};
    }
    return {
        fail_code::no_picture,
        {"上游未返回可用图片", "The upstream answered without a usable picture"},
        ""
    };
}

} // namespace imagined::worker
