#include "imagined/task/fail_texts.hpp"

namespace imagined::task {

// TIMEOUT and CANCELLED in the words that the peers use (mj-api.md §5, §6).
const bilingual& text_of(fail_code code) {
    static const bilingual ambiguous{
        "上游结果未知，可能已计费，未自动重试",
        "The outcome of the upstream call is unknown; it may have been billed and was not repeated"
    };
    static const bilingual rejected{
        "内容未通过上游安全检查", "The content was refused by the upstream's safety check"
    };
    static const bilingual invalid{"请求参数无效", "The request is not valid"};
    static const bilingual cancelled{"取消任务", "Task cancelled"};
    static const bilingual timeout{"任务超时", "Task timed out"};
    static const bilingual no_picture{
        "上游未返回可用图片", "The upstream answered without a usable picture"
    };
    static const bilingual storage{
        "图片保存失败，付费链接保留在任务记录中",
        "The pictures could not be stored; the paid links are kept with the task"
    };
    static const bilingual budget{"已达到每日费用上限", "The spending limit of the day is reached"};
    static const bilingual refused{"上游拒绝了请求", "The backend refused the request"};
    switch (code) {
    case fail_code::ambiguous_upstream_outcome:
        return ambiguous;
    case fail_code::content_rejected:
        return rejected;
    case fail_code::invalid_request:
        return invalid;
    case fail_code::cancelled:
        return cancelled;
    case fail_code::timeout:
        return timeout;
    case fail_code::no_picture:
        return no_picture;
    case fail_code::storage_failed:
        return storage;
    case fail_code::budget:
        return budget;
    case fail_code::backend_refused:
        break;
    }
    return refused;
}

bilingual with_last_words(const bilingual& reason, const std::string& words) {
    if (words.empty()) {
        return reason;
    }
    return {
        reason.zh + "；上游最后的回答是 " + words,
        reason.en + "; what the upstream last said is " + words
    };
}

std::string failure_text(const record& failed, language in) {
    if (!failed.fail_reason.empty()) {
        return failed.fail_reason;
    }
    const auto code = failed.fail_code.value_or(fail_code::backend_refused);
    const bool waited = code == fail_code::timeout || code == fail_code::backend_refused;
    return with_last_words(text_of(code), waited ? failed.last_words : "").in(in);
}

} // namespace imagined::task
