// The curated sentences of the API in both languages; those of
// submits stand in imagined/submit/texts.hpp. The Chinese ones are Midjourney-proxy's own
// where it has one (mj-api.md §4): clients show them and some compare them.
#pragma once

#include "imagined/task/bilingual.hpp"

namespace imagined::api::texts {

using task::bilingual;

inline const bilingual submitted{"提交成功", "Submit success"};
inline const bilingual succeeded{"成功", "Success"};
inline const bilingual draining{
    "服务正在停止，请稍后重试", "The server is shutting down, please try again shortly"
};

// Clients look for the English word (mj-api.md §1).
inline const bilingual waits_for_modal{
    "窗口等待确认 (Waiting for window confirm)", "Waiting for window confirm"
};
// Each with the limit that is met, and whose it is.
inline const bilingual too_many_streams{
    "事件流过多：{}最多{}个(server.max_streams)，请稍后重试",
    "Too many event streams are open: {} may have {} (server.max_streams), please try again shortly"
};
inline const bilingual too_many_waits{
    "等待中的请求过多：{}最多{}个，请稍后重试",
    "Too many requests are kept waiting: {} may have {}, please try again shortly"
};
inline const bilingual each_caller{"每个调用者", "a caller"};
inline const bilingual all_callers{"全部调用者合计", "all callers together"};
inline const bilingual task_open{"任务尚未结束", "The task has not ended yet"};
inline const bilingual task_ended{"任务已结束", "The task has already ended"};
inline const bilingual cancelled_reason{"取消任务", "Task cancelled"};
inline const bilingual no_seed{"未找到 seed", "No seed is known for this task"};

inline const bilingual bad_job_id{
    "job id 格式错误", "jobId: expected a job id, or the address of one of our pictures"
};
inline const bilingual no_target_task{"目标任务不存在", "Target task not found"};

inline const bilingual not_offered{"服务不支持", "This service is not supported"};

inline const bilingual crowded{
    "同时处理的请求过多，请稍后重试", "Too many requests at a time; please retry later"
};

inline const bilingual unauthorized{"密钥缺失或错误", "The API key is missing or wrong"};
inline const bilingual foreign_site{
    "请求来自其他网站", "The request was sent by a page of another site"
};
inline const bilingual not_this_host{
    "Host 不是本机地址；请设置 server.public_url，或为客户端设置密钥",
    "Host is neither this machine nor server.public_url: set that, or keys for clients"
};
inline const bilingual foreign_page{
    "请求来自其他网站的页面；可由管理员在 server.cors_origins 中放行",
    "A page of another site sent this; the operator can permit its origin in server.cors_origins"
};
inline const bilingual metrics_only{
    "此密钥只能读取 /metrics", "This key may read /metrics, and nothing else"
};
inline const bilingual viewers_read{
    "此密钥只能读取(role = viewer)", "This key may only read (role = viewer)"
};
inline const bilingual operators_only{
    "仅限管理员密钥(server.api_keys)", "This takes an operator's key (server.api_keys)"
};
inline const bilingual no_channel{"没有这个后端或密钥", "There is no backend or key of this name"};
inline const bilingual no_channel_change{
    "需要paused或limit", "paused or limit: expected at least one of them"
};
inline const bilingual no_queue_change{
    "需要intake或dispatch", "intake or dispatch: expected at least one of them"
};
inline const bilingual no_callback{
    "任务未结束、没有回调地址或回调仍在进行",
    "The task has not ended, has no notifyHook, or its callback is still owed"
};
inline const bilingual no_route{"接口不存在", "No such endpoint"};
inline const bilingual no_operation{
    "未知的操作", "operation: not one of Ideogram's that are served here"
};
inline const bilingual no_method{"请求方法不支持", "Method not allowed"};
inline const bilingual bad_range{"Range超出范围", "The range cannot be satisfied"};
inline const bilingual bad_request{"请求格式错误", "Malformed request"};
inline const bilingual too_large{"请求体过大", "The body is too large"};
inline const bilingual headers_too_large{"请求头过大", "The header fields are too large"};
inline const bilingual too_slow{"请求超时", "The request took too long"};

} // namespace imagined::api::texts
