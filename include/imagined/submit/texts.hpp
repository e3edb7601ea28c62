// Why a submit is refused, in both languages. The Chinese sentences are Midjourney-proxy's own
// where it has one (mj-api.md §4): clients show them and some compare them.
#pragma once

#include "imagined/task/bilingual.hpp"

namespace imagined::submit::texts {

using task::bilingual;

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
inline const bilingual no_parent{"关联任务不存在或已失效", "Related task not found or expired"};
inline const bilingual parent_status{"关联任务状态错误", "Related task has not succeeded"};
inline const bilingual parent_forbids{
    "关联任务不允许执行变化", "Related task does not allow this action"
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
inline const bilingual bad_alpha_mask{
    "mask: 不是完整的PNG或WebP图片", "mask: malformed, or not a PNG or WebP picture"
};
inline const bilingual mask_is_opaque{
    "mask: 没有透明区域：透明处为重绘区域(需带alpha通道)",
    "mask: expected an alpha channel with transparent parts, which are painted anew"
};
inline const bilingual mask_is_transparent{
    "mask: 整张图片都是透明的：至少保留一部分",
    "mask: all of it is transparent: some of the picture must be kept"
};
inline const bilingual nothing_to_paint{
    "画面没有可绘制的新区域", "There is nothing new to paint: the picture fills the canvas"
};
inline const bilingual no_task{"任务不存在", "Task not found"};
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
inline const bilingual no_video{"视频功能未启用", "Video is not enabled"};
inline const bilingual not_yet{"该功能暂不可用", "This function is not available"};
inline const bilingual not_json{"请求体不是合法的JSON", "The body is not valid JSON"};
inline const bilingual not_utf8{"请求体不是合法的UTF-8", "The body is not valid UTF-8"};
inline const bilingual prompt_too_long{
    "prompt: 过长，最多32768字节", "prompt: too long: at most 32768 bytes"
};
inline const bilingual too_deep{
    "JSON嵌套过深，最多64层", "The JSON is nested too deeply: at most 64 levels"
};
inline const bilingual too_many_values{
    "JSON中的值过多，最多100000个", "The JSON has too many values: at most 100000"
};
inline const bilingual not_object{"请求体应为JSON对象", "body: expected a JSON object"};
inline const bilingual no_picture{"图片不存在", "Picture not found"};
inline const bilingual key_too_long{
    "Idempotency-Key过长", "Idempotency-Key: at most 255 characters"
};
inline const bilingual key_reused{
    "Idempotency-Key已用于不同的请求", "Idempotency-Key was used with a different request"
};

} // namespace imagined::submit::texts
