// api.quickrouter.ai: the older generate only; every Midjourney-era field, no V_2A
// (ideogram-api.md §9.2).
#include "dialects/dialects.hpp"
#include "dialects/parts.hpp"

namespace imagined::backend {

form_dialect quickrouter_dialect() {
    return {
        "quickrouter",
        key_header::bearer,
        older_forms(
            task::operation::generate,
            models_1_and_2,
            "/ideogram/generate",
            envelope::json_image_request,
            joined(
                image_request_fields(words::legacy_styles),
                {fields::legacy_resolution, fields::seed, fields::num_images, fields::palette}
            )
        )
    };
}

} // namespace imagined::backend
