// Ideogram itself: api.ideogram.ai, `Api-Key` (ideogram-api.md §5).
#include "dialects/dialects.hpp"
#include "dialects/parts.hpp"

namespace imagined::backend {

namespace {

using task::operation;

field_list image_request() {
    return joined(
        image_request_fields(words::legacy_styles_official),
        {fields::legacy_resolution, fields::seed, fields::num_images, fields::palette}
    );
}

std::vector<form> official_older() {
    std::vector<form> all = older_forms(
        operation::generate,
        older_models,
        "/generate",
        envelope::json_image_request,
        image_request()
    );
    add(all,
        older_forms(
            operation::remix,
            older_models,
            "/remix",
            envelope::multipart_image_request,
            joined(image_request(), {fields::image_weight, fields::image_file})
        ));
    // The older API has one way to repaint under a mask; it serves both of our names for it.
    for (const operation repaint : {operation::edit, operation::inpaint}) {
        add(all,
            older_forms(
                repaint,
                models_2,
                "/edit",
                envelope::multipart,
                {fields::prompt,
                 required(fields::model),
                 fields::magic_option,
                 fields::seed,
                 fields::num_images,
                 fields::legacy_style(words::legacy_styles_official),
                 fields::image_file,
                 fields::mask}
            ));
    }
    add(all,
        older_forms(
            operation::reframe,
            models_2,
            "/reframe",
            envelope::multipart,
            {required(fields::legacy_resolution),
             required(fields::model),
             fields::seed,
             fields::num_images,
             fields::legacy_style(words::legacy_styles_official),
             fields::image_file}
        ));
    all.push_back(modelless_form(
        operation::upscale,
        "/upscale",
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
        operation::describe,
        "/describe",
        envelope::multipart,
        {fields::image_file,
         form_field{
             .what = field::describe_model,
             .name = "describe_model_version",
             .allowed = words::describe_models
         }}
    ));
    return all;
}

const field_list styling{
    fields::palette,
    fields::style_codes,
    fields::v3_style(words::v3_styles_official),
    fields::style_preset,
    fields::unsent("custom_model_uri"),
    fields::style_references,
    fields::character_reference,
    fields::unsent("character_reference_images_mask")
};

const field_list v3_generate_fields{
    fields::prompt,
    fields::v3_aspect,
    fields::v3_resolution,
    fields::speed(words::speeds),
    fields::magic,
    fields::negative,
    fields::seed,
    fields::num_images,
    fields::unsent("enable_copyright_detection")
};

const field_list v3_edit_fields{
    fields::prompt,
    fields::speed(words::speeds),
    fields::magic,
    fields::seed,
    fields::num_images,
    fields::image,
    fields::mask
};

std::vector<form> official_version_3() {
    const std::string base = "/v1/ideogram-v3/";
    form generate =
        v3_form(operation::generate, base + "generate", joined(v3_generate_fields, styling));
    generate.json_too = true;
    form transparent = v3_form(
        operation::generate_transparent,
        base + "generate-transparent",
        {fields::prompt,
         fields::v3_aspect,
         fields::speed(words::speeds_without_flash),
         fields::magic,
         fields::negative,
         fields::seed,
         fields::num_images,
         form_field{
             .what = field::upscale_factor,
             .name = "upscale_factor",
             .allowed = words::upscale_factors
         },
         fields::unsent("custom_model_uri")}
    );
    transparent.json_too = true;
    return {
        generate,
        transparent,
        v3_form(
            operation::remix,
            base + "remix",
            joined(joined(v3_generate_fields, styling), {fields::image, fields::image_weight})
        ),
        v3_form(operation::edit, base + "edit", joined(v3_edit_fields, styling)),
        v3_form(operation::inpaint, base + "inpaint", joined(v3_edit_fields, styling)),
        v3_form(
            operation::reframe,
            base + "reframe",
            {required(fields::v3_resolution),
             fields::seed,
             fields::num_images,
             fields::speed(words::speeds),
             fields::style_preset,
             fields::palette,
             fields::style_codes,
             fields::style_references,
             fields::image}
        ),
        v3_form(
            operation::replace_background,
            base + "replace-background",
            {fields::prompt,
             fields::magic,
             fields::seed,
             fields::num_images,
             fields::speed(words::speeds),
             fields::style_preset,
             fields::palette,
             fields::style_codes,
             fields::style_references,
             fields::image}
        )
    };
}

std::vector<form> generic() {
    return {
        modelless_form(
            operation::remove_background,
            "/v1/remove-background",
            envelope::multipart,
            {fields::image}
        ),
        modelless_form(
            operation::instruct_edit,
            "/v1/edit",
            envelope::multipart,
            {fields::prompt,
             fields::v3_aspect,
             fields::v3_resolution,
             fields::magic,
             fields::seed,
             fields::num_images,
             form_field{
                 .what = field::transparent_background,
                 .name = "transparent_background",
                 .allowed = words::booleans
             },
             form_field{.what = field::picture, .name = "images", .most = 10},
             fields::unsent("image_urls")}
        )
    };
}

} // namespace

form_dialect official_dialect() {
    std::vector<form> forms = official_older();
    add(forms, official_version_3());
    add(forms, generic());
    return {"official", key_header::api_key, std::move(forms)};
}

} // namespace imagined::backend
