// api.mjdjourney.cn: the older generate only, under a path whose "v1" is the relay's own. It
// documents neither num_images nor V_2A nor a style AUTO (ideogram-api.md §9.1).
#include "dialects/dialects.hpp"
#include "dialects/parts.hpp"

namespace imagined::backend {

form_dialect mjdjourney_dialect() {
    return {
        "mjdjourney",
        key_header::bearer,
        older_forms(
            task::operation::generate,
            models_1_and_2,
            "/ideogram/v1/generate",
            envelope::json_image_request,
            joined(
                image_request_fields(words::legacy_styles_without_auto),
                {fields::legacy_resolution, fields::seed}
            )
        )
    };
}

} // namespace imagined::backend
