#include "setbacks.hpp"

#include <algorithm>

namespace imagined::worker {

void setbacks::went_on(time_point now) {
    if (next_call_ != time_point{}) {
        met(now);
    }
}

void setbacks::absent(const std::string& backend, const queue::setback& told, time_point now) {
    met(now);
    shut(backend, told.absences);
    rights_.erase(backend);
    if (told.right_in) {
        rights_[backend] = now + *told.right_in;
    }
}

void setbacks::shut(const std::string& backend, int absences) {
    int& known = absences_[backend];
    known = std::max(known, absences);
}

bool setbacks::nobody_else(const std::set<std::string>& backends) const {
    return !backends.empty()
           && std::all_of(backends.begin(), backends.end(), [this](const std::string& one) {
                  return absences_.contains(one);
              });
}

bool setbacks::hopeless(const std::set<std::string>& backends) const {
    return nobody_else(backends)
           && std::any_of(absences_.begin(), absences_.end(), [](const auto& one) {
                  return one.second >= most_absences;
              });
}

bool setbacks::wait_for_right(const std::set<std::string>& backends) {
    if (rights_.empty() || !nobody_else(backends)) {
        return false;
    }
    const auto first =
        std::min_element(rights_.begin(), rights_.end(), [](const auto& a, const auto& b) {
            return a.second < b.second;
        });
    next_call_ = std::max(next_call_, first->second);
    rights_.erase(first);
    return true;
}

} // namespace imagined::worker
