// crazyrouter.com: JSON everywhere, pictures as links (older API) or base64 (V3), and V3 aspects in
// the older spelling (ideogram-api.md §9.3). It documents neither seed nor num_images.
#include "dialects/dialects.hpp"
#include "dialects/parts.hpp"

namespace imagined::backend {

namespace {

using task::operation;

std::vector<form> linked(std::vector<form> forms) {
    for (form& one : forms) {
        one.pictures = picture_form::link;
    }
    return forms;
}

std::vector<form> crazyrouter_older() {
    const field_list request = image_request_fields(words::legacy_styles);
    std::vector<form> all = older_forms(
        operation::generate, models_2, "/ideogram/generate", envelope::json_image_request, request
    );
    add(all,
        linked(older_forms(
            operation::remix,
            models_2,
            "/ideogram/remix",
            envelope::json_image_request,
            joined(request, {fields::image_file})
        )));
    add(all,
        linked(
            {modelless_form(
                 operation::upscale,
                 "/ideogram/upscale",
                 envelope::json_image_request,
                 {form_field{.what = field::prompt, .name = "prompt"}, fields::image_file}
             ),
             modelless_form(
                 operation::describe, "/ideogram/describe", envelope::json, {fields::image_file}
             )}
        ));
    return all;
}

std::vector<form> crazyrouter_version_3() {
    const std::string base = "/ideogram/v1/ideogram-v3/";
    form generate = v3_form(
        operation::generate,
        base + "generate",
        {fields::prompt,
         fields::model,
         fields::legacy_aspect,
         fields::magic_option,
         fields::speed(words::speeds_without_flash),
         fields::v3_style(words::v3_styles),
         fields::negative}
    );
    generate.shape = envelope::json;
    std::vector<form> all{generate};
    for (const operation repaint : {operation::edit, operation::inpaint}) {
        form edit = v3_form(
            repaint,
            base + "edit",
            {fields::prompt,
             fields::v3_style(words::v3_styles),
             fields::image,
             form_field{.what = field::mask, .name = "mask"}}
        );
        edit.shape = envelope::json;
        edit.pictures = picture_form::base64;
        all.push_back(edit);
    }
    return all;
}

} // namespace

form_dialect crazyrouter_dialect() {
    std::vector<form> forms = crazyrouter_older();
    add(forms, crazyrouter_version_3());
    return {"crazyrouter", key_header::bearer, std::move(forms)};
}

} // namespace imagined::backend
