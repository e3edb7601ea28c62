#include "paid_pictures.hpp"

#include "imagined/backend/dialect.hpp"
#include "imagined/backend/picture_fetcher.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace imagined::worker {

paid_list list_pictures(const task::record& record) {
    std::vector<const task::call*> paid;
    for (const auto& call : record.calls) {
        if (call.now == task::call::state::answered) {
            paid.push_back(&call);
        }
    }
    std::sort(paid.begin(), paid.end(), [](const task::call* a, const task::call* b) {
        return a->first_picture < b->first_picture;
    });
    paid_list listed;
    for (const auto* call : paid) {
        const auto answer = backend::answer_from_text(call->answer);
        if (!answer) {
            ++listed.unreadable_answers;
            continue;
        }
        const std::size_t count =
            std::min(answer->pictures.size(), static_cast<std::size_t>(call->count));
        for (std::size_t i = 0; i < count; ++i) {
            const auto& entry = answer->pictures[i];
            if (!entry.safe || entry.url.empty()) {
                ++listed.unsafe;
                continue;
            }
            paid_picture one;
            one.n = static_cast<int>(listed.pictures.size()) + 1;
            one.url = entry.url;
            one.backend = call->backend;
            one.shown.seed = entry.seed ? std::to_string(*entry.seed) : "";
            one.shown.prompt = entry.prompt;
            listed.pictures.push_back(std::move(one));
        }
    }
    return listed;
}

std::vector<std::string> list_descriptions(const task::record& record) {
    std::vector<std::string> texts;
    for (const auto& call : record.calls) {
        if (call.now != task::call::state::answered) {
            continue;
        }
        if (auto answer = backend::answer_from_text(call.answer)) {
            auto& found = answer->descriptions;
            std::move(found.begin(), found.end(), std::back_inserter(texts));
        }
    }
    return texts;
}

bool is_link_dead(const paid_picture& of, const task::record& record, unix_millis now) {
    const auto born = record.called == 0 ? record.submitted : record.called;
    return now > backend::link_death(of.url, born);
}

void note(
    paid_list& in, const picture_outcome& ended, const task::record& record, unix_millis now
) {
    using state = paid_picture::state;
    auto& picture = in.pictures.at(ended.at);
    const bool dead = is_link_dead(picture, record, now);
    switch (ended.came) {
    case picture_outcome::what::stored: {
        const auto told = std::exchange(picture.shown, ended.picture);
        picture.shown.seed = told.seed;
        picture.shown.prompt = told.prompt;
        picture.is_shown = ended.is_shown;
        picture.now = state::stored;
        return;
    }
    case picture_outcome::what::not_downloaded: {
        const bool hopeless = ended.why.kind != failure_kind::unavailable || dead;
        const bool was_had = picture.size > 0; // before, when the disk refused it
        picture.now = !hopeless ? state::later : was_had ? state::unstored : state::unreadable;
        return;
    }
    case picture_outcome::what::not_stored:
        if (ended.why.kind == failure_kind::invalid || ended.why.kind == failure_kind::corrupt) {
            picture.now = state::unreadable;
            return;
        }
        picture.size = ended.size;
        in.trouble = ended.why.detail;
        if (dead) {
            picture.now = state::unstored;
        }
        return;
    }
}

} // namespace imagined::worker
