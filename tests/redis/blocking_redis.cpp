#include "blocking_redis.hpp"

#include <stdexcept>

namespace imagined::test {

namespace {

redis::reply convert(const redisReply& from) {
    switch (from.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
        return {std::string(from.str, static_cast<std::size_t>(from.len))};
    case REDIS_REPLY_INTEGER:
        return {static_cast<std::int64_t>(from.integer)};
    case REDIS_REPLY_ERROR:
        return {redis::reply::error{std::string(from.str, static_cast<std::size_t>(from.len))}};
    case REDIS_REPLY_ARRAY: {
        redis::array items;
        for (std::size_t i = 0; i < from.elements; ++i) {
            items.push_back(convert(*from.element[i]));
        }
        return {std::move(items)};
    }
    default:
        return {};
    }
}

} // namespace

std::string to_text(const redis::reply& from) {
    if (const auto* text = from.text()) {
        return *text;
    }
    const auto number = from.integer();
    return number ? std::to_string(*number) : std::string{};
}

std::vector<std::string> to_list(const redis::reply& from) {
    std::vector<std::string> made;
    if (const auto* items = from.items()) {
        for (const auto& one : *items) {
            made.push_back(to_text(one));
        }
    }
    return made;
}

blocking_redis::blocking_redis(const std::string& socket)
    : context_(redisConnectUnix(socket.c_str())) {
    if (!context_ || context_->err != 0) {
        throw std::runtime_error("no redis-server at " + socket);
    }
}

void blocking_redis::send(const redis::arguments& words) {
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    for (const auto& word : words) {
        texts.push_back(word.data());
        sizes.push_back(word.size());
    }
    redisAppendCommandArgv(
        context_.get(), static_cast<int>(texts.size()), texts.data(), sizes.data()
    );
}

redis::reply blocking_redis::receive() {
    void* raw = nullptr;
    if (redisGetReply(context_.get(), &raw) != REDIS_OK) {
        throw std::runtime_error(std::string("redis connection: ") + context_->errstr);
    }
    auto* found = static_cast<redisReply*>(raw);
    auto made = convert(*found);
    freeReplyObject(found);
    return made;
}

redis::reply blocking_redis::command(const redis::arguments& words) {
    send(words);
    auto answer = receive();
    if (const auto* bad = answer.failed()) {
        throw std::runtime_error(words.front() + ": " + bad->text);
    }
    return answer;
}

std::vector<redis::reply> blocking_redis::pipeline(const std::vector<redis::arguments>& commands) {
    for (const auto& words : commands) {
        send(words);
    }
    std::vector<redis::reply> answers;
    answers.reserve(commands.size());
    for (std::size_t i = 0; i < commands.size(); ++i) {
        answers.push_back(receive());
    }
    return answers;
}

awaitable<result<redis::array>> blocking_redis::execute_together(
    std::vector<redis::arguments> commands, milliseconds /*deadline*/
) {
    redis::array answers = pipeline(commands);
    for (const auto& one : answers) {
        if (const auto* bad = one.failed()) {
            co_return failure{failure_kind::invalid, bad->text};
        }
    }
    co_return answers;
}

std::string blocking_redis::text(const redis::arguments& words) {
    return to_text(command(words));
}

std::int64_t blocking_redis::number(const redis::arguments& words) {
    return command(words).integer().value_or(0);
}

std::vector<std::string> blocking_redis::list(const redis::arguments& words) {
    return to_list(command(words));
}

awaitable<result<redis::reply>> blocking_redis::execute(redis::arguments words, milliseconds) {
    co_return command(words);
}

awaitable<result<redis::reply>> blocking_redis::run(
    const redis::function& what, redis::arguments keys, redis::arguments values, milliseconds
) {
    if (loaded_.insert(what.from->name).second) {
        command({"FUNCTION", "LOAD", "REPLACE", what.from->source});
    }
    redis::arguments words{"FCALL", what.called, std::to_string(keys.size())};
    words.insert(words.end(), keys.begin(), keys.end());
    words.insert(words.end(), values.begin(), values.end());
    co_return command(words); // an error in a script is a bug: let the test end
}

} // namespace imagined::test
