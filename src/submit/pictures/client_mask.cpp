#include "pictures/client_mask.hpp"

#include "imagined/store/mask.hpp"
#include "imagined/submit/texts.hpp"
#include "pictures/input_pictures.hpp"

namespace imagined::submit {

namespace {

using verdict = store::drawn_mask::verdict;

std::optional<task::bilingual> fault_of(verdict what) {
    switch (what) {
    case verdict::unreadable:
        return texts::bad_mask;
    case verdict::keeps_all:
        return texts::mask_keeps_all;
    case verdict::repaints_all:
        return texts::mask_repaints_all;
    case verdict::usable:
        break;
    }
    return std::nullopt;
}

} // namespace

refusal refuse_mask(task::bilingual why) {
    refusal made = refuse(std::move(why));
    made.field = "maskBase64";
    return made;
}

client_mask read_client_mask(std::string text, std::uint32_t width, std::uint32_t height) {
    client_mask made;
    input_picture sent{"maskBase64", std::move(text), {}};
    made.fault = take_in(sent);
    if (made.fault) {
        // That it is no base64 at all is said in the mask's own words.
        made.fault = made.fault->en == texts::bad_base64.en ? texts::bad_mask : *made.fault;
        return made;
    }
    auto drawn = store::to_ideogram_mask(sent.bytes, width, height);
    made.fault = fault_of(drawn.what);
    made.png = std::move(drawn.png);
    made.notes = std::move(sent.notes);
    return made;
}

} // namespace imagined::submit
