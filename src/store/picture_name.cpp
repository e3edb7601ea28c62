#include "picture_name.hpp"

#include "imagined/base/text.hpp"
#include "imagined/store/image_store.hpp"

#include <algorithm>
#include <charconv>

namespace imagined::store {

namespace {

constexpr std::size_t id_digits = 16;
constexpr int last_picture = 99;
constexpr std::int64_t ids_per_milli = 1000; // an id starts with its microseconds since the epoch

std::int64_t number(std::string_view digits) {
    std::int64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

} // namespace

bool is_task_id(std::string_view text) {
    return text.size() == id_digits && is_decimal(text);
}

result<picture_place> locate(const std::string& root, std::string_view id, int n) {
    if (!is_task_id(id)) {
        return failure{failure_kind::invalid, "not a task id"};
    }
    if (n < 0 || n > last_picture) {
        return failure{failure_kind::invalid, "no picture has the number " + std::to_string(n)};
    }
    picture_place place;
    place.day_directory = root + '/' + std::to_string(number(id) / ids_per_milli / day_millis);
    place.task_directory = place.day_directory + '/';
    place.task_directory += id;
    place.file = place.task_directory + '/' + std::to_string(n);
    return place;
}

bool is_picture_name(std::string_view name) {
    const bool padded = name.size() == 2 && name.front() == '0';
    return is_decimal(name) && name.size() <= 2 && !padded;
}

std::int64_t day_of_directory(std::string_view name) {
    constexpr std::size_t most_digits = 9; // far beyond what 16-digit ids can reach
    return is_decimal(name) && name.size() <= most_digits ? number(name) : -1;
}

} // namespace imagined::store
