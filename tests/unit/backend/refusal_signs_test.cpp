// Refusals in the words and codes of relays, and what only looks like one.
#include "refusal_signs.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace imagined::backend {

namespace {

void check(std::string_view body, refusal_sign wanted) {
    CAPTURE(body);
    CHECK(refusal_sign_of(body) == wanted);
}

} // namespace

TEST_CASE("a refusal of the content is known by its words, in whatever member they stand") {
    for (const std::string_view body : {
             R"({"error":"Prompt provided failed safety check due to prohibited content."})",
             R"({"error":{"message":"sensitive words detected","type":"new_api_error"}})",
             R"({"code":"fail_to_fetch_task","message":"Sensitive words detected: x","data":null})",
             R"({"detail":"Your request was flagged by our content moderation."})",
             R"({"detail":[{"loc":["body"],"msg":"prompt violates our usage policies"}]})",
             R"({"error":{"details":[{"reason":"the image is NSFW"}]}})",
             R"({"errors":["inappropriate"]})",
             R"({"data":{"error":{"message":"Unsafe content"}}})",
             R"({"message":"{\"error\":{\"code\":\"content_policy_violation\"}}"})",
             R"({"code":1,"message":"提示词包含敏感词"})",
             R"({"code":1,"msg":"內容違規,請修改提示詞"})",
             R"({"error":{"message":"提示词未通过审核"}})",
             R"({"error":{"message":"圖片未通過審核"}})",
             R"({"message":"包含违禁词"})",
             R"({"message":"图片内容不合规"})",
             "Prompt was rejected by the content filter",
             R"("内容违规")",
         }) {
        check(body, refusal_sign::content);
    }
}

TEST_CASE("a refusal of the content is known by its code alone") {
    for (const std::string_view body : {
             R"({"error":{"message":"bad","code":"content_policy_violation"}})",
             R"({"error":{"message":"bad","type":"content_filter"}})",
             R"({"code":"sensitive_words_detected","message":"bad"})",
             R"({"code":"DataInspectionFailed","message":"bad"})",
             R"({"error":{"code":"moderation_blocked"}})",
             R"({"error":"nsfw"})",
             R"({"reason":"SAFETY"})",
             R"({"error_code":"ContentPolicyViolation"})",
             R"({"error":{"inner_error":{"code":"ResponsibleAIPolicyViolation"}}})",
         }) {
        check(body, refusal_sign::content);
    }
}

TEST_CASE("an empty purse is known by words and codes") {
    for (const std::string_view body : {
             R"({"error":{"message":"Insufficient balance","type":"x"}})",
             R"({"error":{"message":"x","code":"insufficient_user_quota"}})",
             R"({"error":{"code":"pre_consume_token_quota_failed"}})",
             R"({"error":"You exceeded your current quota"})",
             R"({"error":"x","reject_reason":"insufficient_funds"})",
             R"({"error":"x","reject_reason":"daily_limit"})",
             R"({"error":{"code":"billing_hard_limit_reached"}})",
             R"({"message":"用户额度不足"})",
             R"({"message":"余额不足,请充值"})",
             R"({"message":"帳戶餘額不足"})",
             R"({"message":"配額已用盡"})",
             R"({"message":"账户已欠费"})",
         }) {
        check(body, refusal_sign::quota);
    }
}

TEST_CASE("too many requests are neither") {
    check(R"({"error":"Rate limit exceeded"})", refusal_sign::rate);
    check(R"({"error":{"code":"too_many_requests"}})", refusal_sign::rate);
    check(R"({"message":"请求过于频繁"})", refusal_sign::rate);
}

TEST_CASE("what only looks like a refusal is none") {
    for (const std::string_view body : {
             R"({"error":"Internal Server Error"})",
             R"({"error":"upstream load balancer failed"})",
             R"({"error":"thread safety is not given here"})",
             R"({"error":"insufficient memory"})",
             R"({"error":"moderation service timed out"})",
             R"({"message":"审核服务超时"})",
             R"({"message":"参数大小写敏感"})",
             R"({"error":"field names are case-sensitive"})",
             R"({"error":"the quotation could not be made"})",
             R"({"error":"nsfwood.example cannot be reached"})",
             R"({"error":"bad gateway","prompt":"a nsfw scene, 敏感"})",
             R"({"error":"bad gateway","request":{"message":"sensitive words"}})",
             "<html>safety check, quota exceeded, 敏感词</html>",
             "",
             "{}",
             "[]",
             "null",
             R"({"error":{"message":"无可用渠道"}})",
         }) {
        check(body, refusal_sign::none);
    }
}

TEST_CASE("hostile nesting costs little and says nothing") {
    std::string deep;
    for (int i = 0; i < 20'000; ++i) {
        deep += R"({"error":)";
    }
    check(deep + R"("nsfw")" + std::string(20'000, '}'), refusal_sign::none);
    std::string many = "[";
    for (int i = 0; i < 20'000; ++i) {
        many += R"("x",)";
    }
    check(many + R"("nsfw"])", refusal_sign::none);
    check(R"({"error":")" + std::string(100'000, 'x') + R"( nsfw"})", refusal_sign::none);
}

} // namespace imagined::backend
