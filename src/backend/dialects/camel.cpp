// camel.kr777.top: Ideogram's own paths behind /ideogram, `Api-Key`, and fewer fields
// (ideogram-api.md §9.4). Where its page lists fields that Ideogram does not have (aspect_ratio and
// negative_prompt of V3 edit, style_type of V3 replace-background), they are not sent (§12).
#include "dialects/dialects.hpp"
#include "dialects/parts.hpp"

namespace imagined::backend {

namespace {

using task::operation;

field_list camel_image_request() {
    return joined(
        image_request_fields(words::legacy_styles),
        {fields::legacy_resolution, fields::seed, fields::num_images}
    );
}

std::vector<form> camel_older() {
    std::vector<form> all = older_forms(
        operation::generate,
        older_models,
        "/ideogram/generate",
        envelope::json_image_request,
        camel_image_request()
    );
    add(all,
        older_forms(
            operation::remix,
            older_models,
            "/ideogram/remix",
            envelope::multipart_image_request,
            joined(camel_image_request(), {fields::image_weight, fields::image_file})
        ));
    for (const operation repaint : {operation::edit, operation::inpaint}) {
        add(all,
            older_forms(
                repaint,
                models_2,
                "/ideogram/edit",
                envelope::multipart,
                {fields::prompt,
                 required(fields::model),
                 fields::magic_option,
                 fields::seed,
                 fields::num_images,
                 fields::legacy_style(words::legacy_styles),
                 fields::image_file,
                 fields::mask}
            ));
    }
    all.push_back(modelless_form(
        operation::upscale,
        "/ideogram/upscale",
        envelope::multipart_image_request,
        {form_field{.what = field::prompt, .name = "prompt"},
         fields::resemblance,
         fields::detail,
         fields::magic_option,
         fields::num_images,
         fields::seed,
         fields::image_file}
    ));
    all.push_back(modelless_form(
        operation::describe, "/ideogram/describe", envelope::multipart, {fields::image_file}
    ));
    return all;
}

const field_list v3_shared{
    fields::prompt,
    fields::speed(words::speeds_without_flash),
    fields::num_images,
    fields::magic,
    fields::seed
};

const field_list v3_framed{
    fields::v3_aspect,
    fields::v3_style(words::v3_styles),
    fields::negative,
    fields::one_style_reference
};

std::vector<form> camel_version_3() {
    const std::string base = "/ideogram/v1/ideogram-v3/";
    std::vector<form> all{
        v3_form(operation::generate, base + "generate", joined(v3_shared, v3_framed)),
        v3_form(
            operation::remix,
            base + "remix",
            joined(joined(v3_shared, v3_framed), {fields::image, fields::image_weight})
        ),
        v3_form(
            operation::replace_background,
            base + "replace-background",
            joined(v3_shared, {fields::one_style_reference, fields::image})
        ),
        // In its price table only; the shape is Ideogram's.
        v3_form(
            operation::reframe,
            base + "reframe",
            {required(fields::v3_resolution),
             fields::seed,
             fields::num_images,
             fields::speed(words::speeds_without_flash),
             fields::style_preset,
             fields::palette,
             fields::style_codes,
             fields::style_references,
             fields::image}
        )
    };
    // Its edit is Ideogram's inpaint: same fields, same mask.
    for (const operation repaint : {operation::edit, operation::inpaint}) {
        all.push_back(v3_form(
            repaint,
            base + "edit",
            joined(v3_shared, {fields::v3_style(words::v3_styles), fields::image, fields::mask})
        ));
    }
    return all;
}

} // namespace

form_dialect camel_dialect() {
    std::vector<form> forms = camel_older();
    add(forms, camel_version_3());
    return {"camel", key_header::api_key, std::move(forms)};
}

} // namespace imagined::backend
