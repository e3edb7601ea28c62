// Every curated sentence of the API, in both languages. The Chinese ones are Midjourney-proxy's own
// where it has one (mj-api.md §4): clients show them and some compare them.
#pragma once

#include "imagined/task/bilingual.hpp"

namespace imagined::api::texts {

using task::bilingual;

inline const bilingual submitted{"提交成功", "Submit success"};
inline const bilingual succeeded{"成功", "Success"};
inline const bilingual queue_full{"队列已满，请稍后尝试", "Queue is full, please try again later"};
// With the caller's rate, and for how many seconds it is used up.
inline const bilingual rate_limited{
    "提交过于频繁：此密钥最多{}(rate)，请在{}秒后重试",
    "Too many submits: this key may make {} (rate), please try again in {} s"
};
inline const bilingual intake_paused{
    "服务暂停接收新任务，请稍后重试",
    "New tasks are not taken at the moment, please try again later"
};
inline const bilingual banned_prompt{"可能包含敏感词", "May contain sensitive words"};
inline const bilingual no_account{"无可用的账号实例", "No available account"};
inline const bilingual system_error{"提交失败，系统异常", "Submit failed, system error"};
inline const bilingual unavailable{
    "服务暂时不可用，请稍后重试", "Service unavailable, please try again shortly"
};
inline const bilingual draining{
    "服务正在停止，请稍后重试", "The server is shutting down, please try again shortly"
};

inline const bilingual no_parent{"关联任务不存在或已失效", "Related task not found or expired"};
inline const bilingual parent_status{"关联任务状态错误", "Related task has not succeeded"};
inline const bilingual parent_forbids{
    "关联任务不允许执行变化", "Related task does not allow this action"
};
// Clients look for the English word (mj-api.md §1).
inline const bilingual waits_for_modal{
    "窗口等待确认 (Waiting for window confirm)", "Waiting for window confirm"
};
inline const bilingual no_question{
    "任务不在等待确认的状态", "The task does not wait for a modal's answer"
};
inline const bilingual no_mask{
    "maskBase64不能为空：白色为重绘区域", "maskBase64 must not be empty: white is painted anew"
};
inline const bilingual bad_mask{
    "maskBase64格式错误", "maskBase64 is malformed, or not a PNG, JPEG or WebP picture"
};
inline const bilingual mask_keeps_all{
    "maskBase64未标记任何区域：白色为重绘区域",
    "maskBase64 marks nothing: white is painted anew, black is kept"
};
inline const bilingual mask_repaints_all{
    "maskBase64标记了整张图片：至少保留一部分(黑色)",
    "maskBase64 marks the whole picture: some of it (black) must be kept"
};
inline const bilingual no_zoom{
    "prompt参数错误：需要 --zoom 1 到 2", "prompt: --zoom with a number from 1 to 2 is needed"
};
inline const bilingual nothing_to_paint{
    "画面没有可绘制的新区域", "There is nothing new to paint: the picture fills the canvas"
};
inline const bilingual no_task{"任务不存在", "Task not found"};
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

inline const bilingual prompt_empty{"prompt不能为空", "prompt must not be empty"};
inline const bilingual prompt_braces{
    "暂不支持 {…} 排列组合，请逐个提交",
    "Permutations in { } are not available; submit each prompt by itself"
};
inline const bilingual bad_base64{
    "base64格式错误", "base64 is malformed, or not a PNG, JPEG or WebP picture"
};
inline const bilingual not_a_picture{
    "不是PNG、JPEG或WebP图片", "it is not a PNG, JPEG or WebP picture"
};
inline const bilingual picture_too_long{"图片不能超过10 MB", "a picture may have at most 10 MB"};
inline const bilingual too_many_pixels{
    "图片像素过多", "the picture has too many pixels (at most 64 million)"
};
inline const bilingual no_base64{"base64不能为空", "base64Array must not be empty"};
inline const bilingual no_base64_or_link{"base64或link不能为空", "base64 or link must be given"};
inline const bilingual bad_link{"链接格式错误", "link: expected an http or https address"};
inline const bilingual too_many_uploads{
    "base64Array: 最多10张图片", "base64Array: at most 10 pictures"
};
inline const bilingual blend_count{"base64List参数错误", "base64Array: expected 2 to 5 pictures"};
inline const bilingual bad_dimensions{
    "dimensions参数错误", "dimensions: expected PORTRAIT, SQUARE or LANDSCAPE"
};
inline const bilingual no_image_or_prompt{
    "image或prompt不能为空", "image and prompt must not be empty"
};
inline const bilingual bad_job_id{
    "job id 格式错误", "jobId: expected a job id, or the address of one of our pictures"
};
inline const bilingual no_target_task{"目标任务不存在", "Target task not found"};
inline const bilingual too_many_pictures{"最多5张图片", "at most 5 pictures"};
inline const bilingual bad_action{
    "action参数错误", "action: expected UPSCALE, VARIATION or REROLL"
};
inline const bilingual bad_index{"index参数错误", "index: the task has no such picture"};
inline const bilingual bad_content{
    "content参数错误", "content: expected \"<task id> U1..U4, V1..V4 or R\""
};
inline const bilingual bad_parameters{"参数错误", "taskId and customId must not be empty"};
inline const bilingual no_task_id{"taskId不能为空", "taskId must not be empty"};
inline const bilingual unknown_action{"未知的 Action 类型", "Unknown action type"};

inline const bilingual not_offered{"服务不支持", "This service is not supported"};
inline const bilingual no_video{"视频功能未启用", "Video is not enabled"};
inline const bilingual not_yet{"该功能暂不可用", "This function is not available"};

inline const bilingual not_json{"请求体不是合法的JSON", "The body is not valid JSON"};
inline const bilingual not_utf8{"请求体不是合法的UTF-8", "The body is not valid UTF-8"};
inline const bilingual prompt_too_long{
    "prompt: 过长，最多32768字节", "prompt: too long: at most 32768 bytes"
};
inline const bilingual crowded{
    "同时处理的请求过多，请稍后重试", "Too many requests at a time; please retry later"
};
inline const bilingual too_deep{
    "JSON嵌套过深，最多64层", "The JSON is nested too deeply: at most 64 levels"
};
inline const bilingual too_many_values{
    "JSON中的值过多，最多100000个", "The JSON has too many values: at most 100000"
};
inline const bilingual not_object{"请求体应为JSON对象", "body: expected a JSON object"};

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
inline const bilingual no_picture{"图片不存在", "Picture not found"};
inline const bilingual bad_range{"Range超出范围", "The range cannot be satisfied"};
inline const bilingual bad_request{"请求格式错误", "Malformed request"};
inline const bilingual too_large{"请求体过大", "The body is too large"};
inline const bilingual headers_too_large{"请求头过大", "The header fields are too large"};
inline const bilingual too_slow{"请求超时", "The request took too long"};

inline const bilingual key_too_long{
    "Idempotency-Key过长", "Idempotency-Key: at most 255 characters"
};
inline const bilingual key_reused{
    "Idempotency-Key已用于不同的请求", "Idempotency-Key was used with a different request"
};

} // namespace imagined::api::texts
