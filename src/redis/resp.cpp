#include "resp.hpp"

#include <hiredis/hiredis.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <new>
#include <type_traits>
#include <utility>

namespace imagined::redis {

namespace {

constexpr std::size_t max_error_text = 256;

// Replies that say "not now": the same command may succeed later or elsewhere.
constexpr std::array<std::string_view, 11> passing_codes{
    "LOADING",
    "READONLY",
    "OOM",
    "MASTERDOWN",
    "NOREPLICAS",
    "MISCONF",
    "BUSY",
    "TRYAGAIN",
    "CLUSTERDOWN",
    "MOVED",
    "ASK"
};
constexpr std::array<std::string_view, 3> refusing_codes{"NOAUTH", "WRONGPASS", "NOPERM"};

void append_header(std::string& out, char type, std::size_t number) {
    std::array<char, 24> text; // one sign, 20 digits, CR LF
    text[0] = type;
    char* end = std::to_chars(text.data() + 1, text.data() + text.size(), number).ptr;
    *end++ = '\r';
    *end++ = '\n';
    out.append(text.data(), end);
}

// hiredis tells what it reads value by value, a list before its elements, and each goes straight to
// its place in the reply. It is C: no exception may pass through it, and nullptr means that memory
// ran out.
template <class Make>
void* put(const redisReadTask* task, const Make& make) noexcept {
    try {
        if (task->parent == nullptr) {
            return std::make_unique<reply>(reply{make()}).release();
        }
        auto& list = std::get<array>(static_cast<reply*>(task->parent->obj)->value);
        reply& place = list[static_cast<std::size_t>(task->idx)];
        place.value = make();
        return &place;
    } catch (const std::exception&) {
        return nullptr;
    }
}

void* put_text(const redisReadTask* task, char* text, std::size_t length) {
    if (task->type == REDIS_REPLY_ERROR) {
        return put(task, [&] { return reply::error{std::string(text, length)}; });
    }
    return put(task, [&] { return std::string(text, length); });
}

// hiredis 1 counts in size_t.
using list_size = std::conditional_t<(HIREDIS_MAJOR >= 1), std::size_t, int>;

void* put_list(const redisReadTask* task, list_size elements) {
    return put(task, [&] { return array(static_cast<std::size_t>(elements)); });
}

void* put_integer(const redisReadTask* task, long long number) {
    return put(task, [&] { return static_cast<std::int64_t>(number); });
}

void* put_nil(const redisReadTask* task) {
    return put(task, [] { return reply::nil{}; });
}

// Called for a whole reply only; its elements lie in it.
void drop(void* whole) {
    delete static_cast<reply*>(whole);
}

// By name, because hiredis 1 has more of them, for RESP3, which is never spoken here.
redisReplyObjectFunctions our_makers() {
    redisReplyObjectFunctions made{};
    made.createString = put_text;
    made.createArray = put_list;
    made.createInteger = put_integer;
    made.createNil = put_nil;
    made.freeObject = drop;
    return made;
}

redisReplyObjectFunctions makers = our_makers();

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& codes, std::string_view code) {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

} // namespace

command_encoder::command_encoder(std::string& out, std::size_t parts) : out_(out) {
    append_header(out_, '*', parts);
}

void command_encoder::add(std::string_view part) {
    append_header(out_, '$', part.size());
    out_ += part;
    out_ += "\r\n";
}

void append_command(std::string& out, const arguments& parts) {
    command_encoder encoder(out, parts.size());
    for (const auto& part : parts) {
        encoder.add(part);
    }
}

void append_command(std::string& out, std::initializer_list<std::string_view> parts) {
    command_encoder encoder(out, parts.size());
    for (const auto part : parts) {
        encoder.add(part);
    }
}

void reply_reader::release::operator()(redisReader* reader) const {
    redisReaderFree(reader);
}

reply_reader::reply_reader() : reader_(redisReaderCreateWithFunctions(&makers)) {
    if (!reader_) {
        throw std::bad_alloc();
    }
    // 0 keeps the buffer between replies; the default frees it above 16 KiB, again and again.
    reader_->maxbuf = 0;
}

void reply_reader::feed(std::string_view bytes) {
    // A failure is remembered by the reader and reported by next().
    redisReaderFeed(reader_.get(), bytes.data(), bytes.size());
}

result<std::optional<reply>> reply_reader::next() {
    void* raw = nullptr;
    if (redisReaderGetReply(reader_.get(), &raw) != REDIS_OK) {
        return failure{
            failure_kind::corrupt,
            std::string("redis: the answer is not RESP: ")
                + static_cast<const char*>(reader_->errstr)
        };
    }
    if (raw == nullptr) {
        return std::optional<reply>{};
    }
    const std::unique_ptr<reply> whole(static_cast<reply*>(raw));
    return std::optional<reply>(std::move(*whole));
}

std::string_view error_code_of(std::string_view text) {
    return text.substr(0, text.find(' '));
}

failure error_reply(std::string_view text) {
    std::string_view code = error_code_of(text);
    // Redis 6 wraps the error of a command inside a script: "ERR Error running script (call to
    // f_..): @user_script:1: -OOM command not allowed ...". Redis 7 passes it on as it is.
    if (const auto script = text.find("@user_script"); code == "ERR" && script != text.npos) {
        if (const auto dash = text.find(": -", script); dash != text.npos) {
            code = error_code_of(text.substr(dash + 3));
        }
    }
    const failure_kind kind = contains(passing_codes, code)    ? failure_kind::unavailable
                              : contains(refusing_codes, code) ? failure_kind::rejected
                                                               : failure_kind::invalid;
    return {kind, "redis: " + std::string(text.substr(0, max_error_text))};
}

} // namespace imagined::redis
