// What is said to OpenAI's clients alone.
#pragma once

#include "imagined/task/bilingual.hpp"

namespace imagined::api::texts {

inline const task::bilingual no_model{
    "模型不存在，可用模型见 GET /v1/models",
    "The model does not exist; GET /v1/models lists those that do"
};
inline const task::bilingual count_of_pictures{
    "应为1到10的整数", "expected a whole number from 1 to 10"
};
inline const task::bilingual size_of_picture{
    "应为auto或\"宽x高\"，例如1024x1024", "expected auto, or width and height such as 1024x1024"
};
inline const task::bilingual compression{
    "应为0到100的整数", "expected a whole number from 0 to 100"
};
inline const task::bilingual no_png_compression{
    "PNG不支持压缩率，请将output_format设为jpeg或webp",
    "a PNG has none; ask for output_format jpeg or webp"
};
inline const task::bilingual no_transparent_jpeg{
    "JPEG不支持透明背景，请将output_format设为png或webp",
    "a JPEG has none that is transparent; ask for output_format png or webp"
};
inline const task::bilingual seed_of_picture{
    "应为0到4294967295的整数", "expected a whole number from 0 to 4294967295"
};
inline const task::bilingual no_image{
    "不能为空：PNG、JPEG或WebP图片", "expected a PNG, JPEG or WebP picture"
};
inline const task::bilingual one_image{"只能有一张图片", "expected one picture"};
inline const task::bilingual too_many_images{"最多10张图片", "at most 10 pictures"};
inline const task::bilingual one_mask{"只能有一个蒙版", "expected one mask"};
inline const task::bilingual bad_form{
    "请求体不是合法的multipart/form-data", "The body is not valid multipart/form-data"
};

} // namespace imagined::api::texts
