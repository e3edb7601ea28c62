// A request in Ideogram's own words (ideogram-api.md §5), read for the native and the synchronous
// front: JSON or multipart, strictly by the official forms, so that what it says means the same
// whichever backend draws it. Pure; fetching and storing its pictures is the API's business.
#pragma once

#include "imagined/task/bilingual.hpp"
#include "imagined/task/render_request.hpp"

#include <boost/system/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::backend {

// Which of Ideogram's two families of fields a request uses.
enum class generation {
    older,     // image_request, or the flat fields of the older paths
    version_3, // the fields of /v1
    as_told    // by the request itself: image_request, or a model of V_1* or V_2*, is older
};

// Whose documents count.
enum class strictness {
    official, // Ideogram's
    relays    // also what the relays' own pages and samples add (ideogram-api.md §9, §12)
};

struct native_question {
    task::operation what = task::operation::generate;
    generation which = generation::as_told;
    strictness by = strictness::official;
    bool with_task_fields = false; // notifyHook and state may stand beside Ideogram's fields
};

// One picture of the request, in the order of the request.
struct native_picture {
    enum class role { input, mask, style, character, character_mask } as = role::input;
    std::string field; // "image_file"
    std::string bytes; // when it came as a file, else:
    std::string text;  // an address, a data URL or base64
};

struct native_request {
    task::render_request request; // its pictures are still to be put in; may_drop is false
    std::vector<native_picture> pictures;
    std::string notify_hook;
    std::string state;
    std::string digest; // equal for requests that mean the same, whatever their boundaries
};

// Why a request is not taken. The text names the field, lists what a closed field may hold, and is
// fit for the caller.
struct native_refusal {
    enum class kind { invalid, unreadable } what = kind::invalid; // unreadable: no JSON, no form
    task::bilingual why;
};

// What value() of a refusal throws; required by boost::system::result.
[[noreturn]] void
throw_exception_from_error(const native_refusal& refusal, const boost::source_location& from);

using native_reading = boost::system::result<native_request, native_refusal>;

native_reading
read_native(const native_question& asked, std::string_view content_type, std::string_view body);

// What Ideogram asks of a mask: the picture's size, black and white only, not all white; nothing
// when it is all that. Decodes a PNG: call it on an offload_pool.
std::optional<task::bilingual> check_native_mask(std::string_view mask, std::string_view picture);

// The most bytes of one picture, and of all references of one kind together.
inline constexpr std::size_t max_native_picture_bytes = std::size_t{10} * 1024 * 1024;

} // namespace imagined::backend
