#include "views/ended_views.hpp"

#include <utility>

namespace imagined::api {

const shown_view*
ended_views::find(const queue::scope& who, const std::string& id, time_point now) {
    drop_old(now);
    const auto found = views_.find(id);
    if (found == views_.end() || (!who.all && found->second.caller != who.caller)) {
        return nullptr;
    }
    return &found->second.view;
}

void ended_views::keep(std::string id, std::string caller, shown_view view, time_point now) {
    drop_old(now);
    const std::size_t size = view.text->size();
    if (size > max_bytes - bytes_) {
        return;
    }
    if (views_.empty()) {
        since_ = now;
    }
    if (views_.try_emplace(std::move(id), entry{std::move(caller), std::move(view)}).second) {
        bytes_ += size;
    }
}

void ended_views::drop_old(time_point now) {
    if (!views_.empty() && now - since_ >= kept_for) {
        views_.clear();
        bytes_ = 0;
    }
}

} // namespace imagined::api
