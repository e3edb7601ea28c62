#include "ledger.hpp"

#include <algorithm>
#include <utility>

namespace imagined::sandbox {

namespace {

using nlohmann::json;

constexpr std::size_t max_remembered = 100000; // older calls stay in the totals only

std::size_t bytes_of(const ledger_call& call) {
    std::size_t sum = 0;
    for (const ledger_file& file : call.files) {
        sum += file.bytes.size();
    }
    return sum;
}

json shown_call(const ledger_call& call) {
    return {
        {"at", call.at},
        {"dialect", call.dialect},
        {"operation", call.operation},
        {"path", call.path},
        {"model", call.model},
        {"key", call.key},
        {"traceparent", call.traceparent},
        {"num_images", call.num_images},
        {"micros", call.micros},
        {"billed", call.billed},
        {"prompt", call.prompt},
        {"outcome", call.outcome},
        {"request", call.request}
    };
}

} // namespace

ledger_call* ledger::find(std::uint64_t handle) {
    if (handle < first_ || handle - first_ >= calls_.size()) {
        return nullptr;
    }
    return &calls_[handle - first_];
}

std::uint64_t ledger::open(ledger_call call) {
    calls_.push_back(std::move(call));
    if (calls_.size() > max_remembered) {
        file_bytes_ -= bytes_of(calls_.front());
        calls_.pop_front();
        ++first_;
        ++forgotten_;
    }
    return first_ + calls_.size() - 1;
}

void ledger::describe(std::uint64_t handle, const accepted_call& call) {
    if (ledger_call* at = find(handle)) {
        at->operation = task::to_string(call.request.what);
        at->model = call.as->any_model ? std::string_view() : task::to_string(call.request.model);
        at->prompt = call.request.prompt;
        at->num_images = call.request.images;
        at->request = call.fields;
    }
}

void ledger::keep_files(std::uint64_t handle, std::vector<ledger_file> files) {
    if (ledger_call* call = find(handle)) {
        call->files = std::move(files);
        file_bytes_ += bytes_of(*call);
        drop_oldest_files();
    }
}

void ledger::drop_oldest_files() {
    for (auto call = calls_.begin(); call != calls_.end() && file_bytes_ > max_kept_file_bytes;
         ++call) {
        file_bytes_ -= bytes_of(*call);
        call->files.clear();
    }
}

const std::string*
ledger::file(std::size_t place, std::string_view name, std::size_t occurrence) const {
    if (place >= calls_.size()) {
        return nullptr;
    }
    for (const ledger_file& file : calls_[place].files) {
        if (file.name == name && occurrence-- == 0) {
            return &file.bytes;
        }
    }
    return nullptr;
}

void ledger::close(std::uint64_t handle, std::string outcome) {
    if (ledger_call* call = find(handle)) {
        call->outcome = std::move(outcome);
    }
}

void ledger::bill(std::uint64_t handle, int images, std::int64_t micros) {
    if (ledger_call* call = find(handle)) {
        call->billed = true;
        call->micros = micros;
        call->num_images = images;
    }
    ++billed_;
    images_ += images;
    micros_ += micros;
}

void ledger::enter(const std::string& key) {
    most_ = std::max(most_, ++now_);
    int& mine = ++by_key_[key];
    most_by_key_[key] = std::max(most_by_key_[key], mine);
}

void ledger::leave(const std::string& key) {
    --now_;
    --by_key_[key];
}

int ledger::in_flight(const std::string& key) const {
    const auto at = by_key_.find(key);
    return at == by_key_.end() ? 0 : at->second;
}

void ledger::add_pictures(const std::string& dialect, int count) {
    pictures_by_dialect_[dialect] += count;
    pictures_now_ += count;
    most_pictures_ = std::max(most_pictures_, pictures_now_);
}

void ledger::remove_pictures(const std::string& dialect, int count) {
    pictures_by_dialect_[dialect] -= count;
    pictures_now_ -= count;
}

int ledger::pictures_in_flight(const std::string& dialect) const {
    const auto at = pictures_by_dialect_.find(dialect);
    return at == pictures_by_dialect_.end() ? 0 : at->second;
}

void ledger::clear() {
    first_ += calls_.size();
    calls_.clear();
    file_bytes_ = 0;
    forgotten_ = 0;
    micros_ = 0;
    images_ = 0;
    billed_ = 0;
    most_ = now_;
    most_by_key_.clear();
    most_pictures_ = pictures_now_;
}

json ledger::shown() const {
    json list = json::array();
    std::map<std::string, int> by_prompt;
    for (const auto& call : calls_) {
        list.push_back(shown_call(call));
        if (call.billed) {
            ++by_prompt[call.prompt];
        }
    }
    return {
        {"calls", std::move(list)},
        {"forgotten", forgotten_},
        {"total_micros", micros_},
        {"images", images_},
        {"billed_calls", billed_},
        {"in_flight", now_},
        {"max_in_flight", most_},
        {"max_in_flight_by_key", most_by_key_},
        {"pictures_in_flight", pictures_now_},
        {"max_pictures_in_flight", most_pictures_},
        {"by_prompt", by_prompt}
    };
}

} // namespace imagined::sandbox
