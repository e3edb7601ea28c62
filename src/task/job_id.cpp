#include "imagined/task/job_id.hpp"

#include "imagined/base/bytes.hpp"
#include "imagined/base/text.hpp"

namespace imagined::task {

namespace {

constexpr std::size_t uuid_length = 36;
constexpr std::size_t id_digits = 16;
constexpr std::size_t version_at = 14;
constexpr std::size_t variant_at = 19;

bool is_hyphen_place(std::size_t at) {
    return at == 8 || at == 13 || at == 18 || at == 23;
}

bool is_uuid(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_hyphen_place(i) ? text[i] != '-' : hex_value(text[i]) < 0) {
            return false;
        }
    }
    return text.size() == uuid_length;
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        c = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return result;
}

} // namespace

std::string job_id_of(std::string_view task_id) {
    const std::string filling = sha256_hex(std::string("job ").append(task_id));
    std::string_view digits = task_id;
    std::string job;
    job.reserve(uuid_length);
    for (std::size_t at = 0; at < uuid_length; ++at) {
        if (is_hyphen_place(at)) {
            job += '-';
        } else if (at == version_at || at == variant_at) {
            job += '8';
        } else if (!digits.empty()) {
            job += digits.front();
            digits.remove_prefix(1);
        } else {
            job += filling[at];
        }
    }
    return job;
}

std::optional<std::string> task_of_job(std::string_view text) {
    for (std::size_t start = 0; start + uuid_length <= text.size(); ++start) {
        if (!is_uuid(text.substr(start, uuid_length))) {
            continue;
        }
        const std::string job = lower(text.substr(start, uuid_length));
        std::string id;
        for (std::size_t at = 0; at < uuid_length && id.size() < id_digits; ++at) {
            if (!is_hyphen_place(at) && at != version_at && at != variant_at) {
                id += job[at];
            }
        }
        if (job_id_of(id) == job) {
            return id;
        }
    }
    return std::nullopt;
}

bool holds_uuid(std::string_view text) {
    for (std::size_t start = 0; start + uuid_length <= text.size(); ++start) {
        if (is_uuid(text.substr(start, uuid_length))) {
            return true;
        }
    }
    return false;
}

} // namespace imagined::task
