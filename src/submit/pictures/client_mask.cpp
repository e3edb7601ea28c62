#include "pictures/client_mask.hpp"

#include "imagined/store/mask.hpp"
#include "imagined/submit/texts.hpp"

namespace imagined::submit {

namespace {

using verdict = store::drawn_mask::verdict;

struct mask_words {
    const task::bilingual& unreadable;
    const task::bilingual& keeps_all;
    const task::bilingual& repaints_all;
};

mask_words words_of(mask_marks marked_by) {
    return marked_by == mask_marks::white
               ? mask_words{texts::bad_mask, texts::mask_keeps_all, texts::mask_repaints_all}
               : mask_words{
                     texts::bad_alpha_mask, texts::mask_is_opaque, texts::mask_is_transparent
                 };
}

std::optional<task::bilingual> fault_of(verdict what, const mask_words& words) {
    switch (what) {
    case verdict::unreadable:
        return words.unreadable;
    case verdict::keeps_all:
        return words.keeps_all;
    case verdict::repaints_all:
        return words.repaints_all;
    case verdict::usable:
        break;
    }
    return std::nullopt;
}

} // namespace

refusal refuse_mask(std::string_view field, task::bilingual why) {
    refusal made = refuse(std::move(why));
    made.field = field;
    return made;
}

client_mask read_client_mask(
    input_picture sent, mask_marks marked_by, std::uint32_t width, std::uint32_t height
) {
    const mask_words words = words_of(marked_by);
    client_mask made;
    made.fault = take_in(sent);
    if (made.fault) {
        // That it is no base64 at all is said in the mask's own words.
        made.fault = made.fault->en == texts::bad_base64.en ? words.unreadable : *made.fault;
        return made;
    }
    auto drawn = marked_by == mask_marks::white
                     ? store::to_ideogram_mask(sent.bytes, width, height)
                     : store::transparent_to_ideogram_mask(sent.bytes, width, height);
    made.fault = fault_of(drawn.what, words);
    made.png = std::move(drawn.png);
    made.notes = std::move(sent.notes);
    return made;
}

} // namespace imagined::submit
