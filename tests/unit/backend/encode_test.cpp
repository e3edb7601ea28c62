#include "expression.hpp"
#include "imagined/backend/form_dialect.hpp"
#include "tests/support/a_request.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace imagined::backend {

namespace {

using nlohmann::json;
using task::model;
using task::operation;
using test::a_request;
using fields_of = std::map<std::string, std::string>;

wire_request
encoded(std::string_view dialect_name, const task::render_request& request, call_plan call = {}) {
    const auto links = [](const task::picture_ref& ref) -> result<std::string> {
        return "https://we.example/in/" + ref.id;
    };
    return find_dialect(dialect_name)->encode(request, call, test::all_pictures(), links).value();
}

std::vector<std::string>
left_out(std::string_view dialect_name, const task::render_request& request) {
    return find_dialect(dialect_name)->inexpressible(request);
}

task::render_request a_full_request(model with) {
    auto request = a_request(operation::generate, with);
    request.negative_prompt = "snow";
    request.aspect = task::ratio{16, 10};
    request.seed = 7;
    request.magic = task::magic_prompt::off;
    request.style_type = "ANIME";
    return request;
}

} // namespace

TEST_CASE("an older generate is an image_request with what the model knows") {
    struct row {
        std::string dialect;
        model with;
        std::string path;
        json request;
    };

    const json shared{
        {"prompt", "a red fox"}, {"aspect_ratio", "ASPECT_16_10"}, {"magic_prompt_option", "OFF"}
    };
    const auto with = [&](json more) {
        json all = shared;
        all.update(more);
        return all;
    };
    const std::vector<row> rows{
        {"official",
         model::v1,
         "/generate",
         with({{"model", "V_1"}, {"seed", 7}, {"num_images", 1}, {"negative_prompt", "snow"}})},
        {"official",
         model::v1_turbo,
         "/generate",
         with({{"model", "V_1_TURBO"}, {"seed", 7}, {"num_images", 1}, {"negative_prompt", "snow"}})
        },
        {"official",
         model::v2,
         "/generate",
         with(
             {{"model", "V_2"},
              {"seed", 7},
              {"num_images", 1},
              {"negative_prompt", "snow"},
              {"style_type", "ANIME"}}
         )},
        {"official",
         model::v2a_turbo,
         "/generate",
         with({{"model", "V_2A_TURBO"}, {"seed", 7}, {"num_images", 1}, {"style_type", "ANIME"}})},
        {"camel",
         model::v2a,
         "/ideogram/generate",
         with({{"model", "V_2A"}, {"seed", 7}, {"num_images", 1}, {"style_type", "ANIME"}})},
        {"camel",
         model::v2_turbo,
         "/ideogram/generate",
         with(
             {{"model", "V_2_TURBO"},
              {"seed", 7},
              {"num_images", 1},
              {"negative_prompt", "snow"},
              {"style_type", "ANIME"}}
         )},
        {"mjdjourney",
         model::v2,
         "/ideogram/v1/generate",
         with({{"model", "V_2"}, {"seed", 7}, {"negative_prompt", "snow"}, {"style_type", "ANIME"}})
        },
        {"quickrouter",
         model::v1,
         "/ideogram/generate",
         with({{"model", "V_1"}, {"seed", 7}, {"num_images", 1}, {"negative_prompt", "snow"}})},
        {"crazyrouter",
         model::v2_turbo,
         "/ideogram/generate",
         with({{"model", "V_2_TURBO"}, {"negative_prompt", "snow"}, {"style_type", "ANIME"}})}
    };
    for (const auto& r : rows) {
        CAPTURE(r.dialect);
        CAPTURE(task::to_string(r.with));
        const auto made = encoded(r.dialect, a_full_request(r.with), {.seed = 7});
        CHECK(made.path == r.path);
        CHECK(made.headers.get("Content-Type") == "application/json");
        CHECK(test::json_of(made) == json{{"image_request", r.request}});
    }
}

TEST_CASE("Ideogram's V3 generate is a form of documented fields") {
    auto request = a_full_request(model::v3);
    request.style_type = "FICTION";
    request.speed = task::rendering_speed::quality;
    const auto made = encoded("official", request, {.count = 4});
    CHECK(made.path == "/v1/ideogram-v3/generate");
    CHECK(made.headers.get("Content-Type").starts_with("multipart/form-data"));
    CHECK(
        test::parts_of(made)
        == fields_of{{"prompt", "a red fox"}, {"negative_prompt", "snow"}, {"aspect_ratio", "16x10"}, {"rendering_speed", "QUALITY"}, {"magic_prompt", "OFF"}, {"style_type", "FICTION"}, {"num_images", "4"}, {"seed", "7"}}
    );
}

TEST_CASE("camel's V3 generate says its defaults aloud and leaves unknown styles out") {
    auto request = a_request();
    request.style_type = "FICTION";
    const auto made = encoded("camel", request, {.count = 4});
    CHECK(made.path == "/ideogram/v1/ideogram-v3/generate");
    CHECK(
        test::parts_of(made)
        == fields_of{{"prompt", "a red fox"}, {"rendering_speed", "DEFAULT"}, {"magic_prompt", "AUTO"}, {"style_type", "GENERAL"}, {"num_images", "4"}}
    );
    CHECK(left_out("camel", request) == std::vector<std::string>{"style_type FICTION"});
}

TEST_CASE("crazyrouter's V3 generate is flat JSON with the older aspect spelling") {
    auto request = a_request();
    request.aspect = task::ratio{16, 9};
    const auto made = encoded("crazyrouter", request);
    CHECK(made.path == "/ideogram/v1/ideogram-v3/generate");
    CHECK(
        test::json_of(made)
        == json{{"prompt", "a red fox"}, {"model", "V_3"}, {"aspect_ratio", "ASPECT_16_9"}, {"magic_prompt_option", "AUTO"}, {"rendering_speed", "DEFAULT"}, {"style_type", "GENERAL"}}
    );
}

TEST_CASE("an aspect that no enum member is near becomes an exact resolution where one is taken") {
    auto request = a_request(operation::generate, model::v2);
    request.aspect = task::ratio{21, 9};
    const auto older = test::json_of(encoded("camel", request))["image_request"];
    CHECK(older["resolution"] == "RESOLUTION_1472_640");
    CHECK_FALSE(older.contains("aspect_ratio"));
    CHECK(left_out("camel", request).empty());

    request.model = model::v3;
    const auto exact = test::parts_of(encoded("official", request));
    CHECK(exact.at("resolution") == "1472x640");
    CHECK_FALSE(exact.contains("aspect_ratio"));
    CHECK(left_out("official", request).empty());
}

TEST_CASE("an aspect that a dialect can only come near is sent nearest and reported") {
    auto request = a_request();
    request.aspect = task::ratio{21, 9};
    const auto made = test::parts_of(encoded("camel", request));
    CHECK(made.at("aspect_ratio") == "2x1");
    CHECK_FALSE(made.contains("resolution"));
    CHECK(left_out("camel", request) == std::vector<std::string>{"--ar 21:9"});
    request.model = model::v1;
    CHECK(
        test::json_of(encoded("official", request))["image_request"]["aspect_ratio"] == "ASPECT_3_1"
    );
}

TEST_CASE("an explicit resolution goes where it is documented and is reported elsewhere") {
    auto request = a_request();
    request.resolution = "1536x640";
    request.may_drop = false;
    CHECK(test::parts_of(encoded("official", request)).at("resolution") == "1536x640");
    CHECK(left_out("camel", request) == std::vector<std::string>{"resolution 1536x640"});
    CHECK_FALSE(test::parts_of(encoded("camel", request)).contains("resolution"));
    request.model = model::v2;
    CHECK(
        test::json_of(encoded("camel", request))["image_request"]["resolution"]
        == "RESOLUTION_1536_640"
    );
    request.model = model::v2a;
    CHECK(left_out("official", request) == std::vector<std::string>{"resolution 1536x640"});
}

TEST_CASE("what a model does not know is reported under the name its author used") {
    auto request = a_full_request(model::v2a);
    CHECK(left_out("official", request) == std::vector<std::string>{"--no"});
    request.may_drop = false;
    CHECK(left_out("official", request) == std::vector<std::string>{"negative_prompt"});
    request.model = model::v1;
    CHECK(left_out("official", request) == std::vector<std::string>{"style_type ANIME"});
    request.model = model::v3;
    request.may_drop = true;
    CHECK(
        left_out("crazyrouter", request) == std::vector<std::string>{"style_type ANIME", "--seed"}
    );
    request.style_type = "AUTO";
    request.model = model::v2;
    CHECK(left_out("mjdjourney", request) == std::vector<std::string>{"style_type AUTO"});
}

TEST_CASE("what is reported as lost is what saying it leaves out") {
    for (const auto name : dialect_names()) {
        const form_dialect& speaks = *find_form_dialect(name);
        for (const form& spoken : speaks.forms()) {
            auto request = a_full_request(spoken.with);
            request.what = spoken.what;
            request.resolution = "1536x640";
            request.style_codes = {"0123abcd"};
            request.style_preset = "JAZZY";
            request.color_palette = R"({"name":"EMBER"})";
            request.image_weight = request.resemblance = request.detail = 7;
            request.upscale_factor = "X9";
            request.transparent_background = true;
            request.pictures = {{"a", 1}, {"a", 2}};
            request.mask = task::picture_ref{"a", 3};
            request.style_references = std::vector<task::picture_ref>(12, {"b", 1});
            request.character_references = {{"c", 1}, {"c", 2}};
            for (const bool may_drop : {true, false}) {
                request.may_drop = may_drop;
                const auto lost = losses(spoken, request);
                CHECK(lost == express(spoken, request, call_plan{}).left_out);
                CHECK(lost == speaks.inexpressible(request));
            }
        }
    }
}

TEST_CASE("FLASH becomes TURBO, and a note, where it is not documented") {
    auto request = a_request();
    request.speed = task::rendering_speed::flash;
    CHECK(test::parts_of(encoded("official", request)).at("rendering_speed") == "FLASH");
    CHECK(test::parts_of(encoded("camel", request)).at("rendering_speed") == "TURBO");
    CHECK(left_out("camel", request) == std::vector<std::string>{"rendering_speed FLASH"});
    request.what = operation::generate_transparent;
    CHECK(test::parts_of(encoded("official", request)).at("rendering_speed") == "TURBO");
}

TEST_CASE("style codes exclude a style type and style references") {
    auto request = a_request();
    request.style_codes = {"0a1b2c3d", "ffffffff"};
    request.style_type = "DESIGN";
    request.style_references = {{"1", 1}};
    const auto made = test::parts_of(encoded("official", request));
    CHECK(made.at("style_codes") == "0a1b2c3d|ffffffff");
    CHECK_FALSE(made.contains("style_type"));
    CHECK_FALSE(made.contains("style_reference_images"));
    CHECK(left_out("official", request) == std::vector<std::string>{"style_type DESIGN", "--sref"});
}

TEST_CASE("references, preset and palette are sent only where they are documented") {
    auto request = a_request();
    request.style_preset = "WATERCOLOR";
    request.color_palette = R"({"name":"EMBER"})";
    request.style_references = {{"1", 1}, {"2", 1}};
    request.character_references = {{"3", 1}};
    const auto made = test::parts_of(encoded("official", request));
    CHECK(made.at("style_preset") == "WATERCOLOR");
    CHECK(json::parse(made.at("color_palette")) == json{{"name", "EMBER"}});
    CHECK(made.at("style_reference_images") == "<image/png>|<image/png>");
    CHECK(made.at("character_reference_images") == "<image/png>");
    CHECK(test::parts_of(encoded("camel", request)).at("style_reference_images") == "<image/png>");
    CHECK(
        left_out("camel", request)
        == std::vector<
            std::string>{"style_preset WATERCOLOR", "--sref beyond 1", "color_palette", "--cref"}
    );
}

TEST_CASE("every picture operation of Ideogram names its files as documented") {
    struct row {
        operation what;
        model with;
        std::string path;
        fields_of parts;
    };

    const std::string png = "<image/png>";
    const std::vector<row> rows{
        {operation::remix,
         model::v3,
         "/v1/ideogram-v3/remix",
         {{"prompt", "a red fox"},
          {"rendering_speed", "DEFAULT"},
          {"magic_prompt", "AUTO"},
          {"style_type", "GENERAL"},
          {"image_weight", "30"},
          {"num_images", "2"},
          {"image", png}}},
        {operation::inpaint,
         model::v3,
         "/v1/ideogram-v3/inpaint",
         {{"prompt", "a red fox"},
          {"rendering_speed", "DEFAULT"},
          {"magic_prompt", "AUTO"},
          {"style_type", "GENERAL"},
          {"num_images", "2"},
          {"image", png},
          {"mask", png}}},
        {operation::edit,
         model::v2,
         "/edit",
         {{"prompt", "a red fox"},
          {"model", "V_2"},
          {"magic_prompt_option", "AUTO"},
          {"num_images", "2"},
          {"image_file", png},
          {"mask", png}}},
        {operation::reframe,
         model::v3,
         "/v1/ideogram-v3/reframe",
         {{"resolution", "1024x1024"},
          {"rendering_speed", "DEFAULT"},
          {"num_images", "2"},
          {"image", png}}},
        {operation::reframe,
         model::v2,
         "/reframe",
         {{"model", "V_2"},
          {"resolution", "RESOLUTION_1024_1024"},
          {"num_images", "2"},
          {"image_file", png}}},
        {operation::replace_background,
         model::v3,
         "/v1/ideogram-v3/replace-background",
         {{"prompt", "a red fox"},
          {"rendering_speed", "DEFAULT"},
          {"magic_prompt", "AUTO"},
          {"num_images", "2"},
          {"image", png}}},
        {operation::describe, model::v3, "/describe", {{"image_file", png}}},
        {operation::remove_background, model::v3, "/v1/remove-background", {{"image", png}}},
        {operation::instruct_edit,
         model::v3,
         "/v1/edit",
         {{"prompt", "a red fox"}, {"magic_prompt", "AUTO"}, {"num_images", "2"}, {"images", png}}}
    };
    for (const auto& r : rows) {
        CAPTURE(r.path);
        auto request = a_request(r.what, r.with);
        request.pictures = {{"1", 1}};
        if (r.parts.contains("mask")) {
            request.mask = task::picture_ref{"1", 2};
        }
        if (r.what == operation::remix) {
            request.image_weight = 30;
        }
        const auto made = encoded("official", request, {.count = 2});
        CHECK(made.path == r.path);
        CHECK(test::parts_of(made) == r.parts);
    }
}

TEST_CASE("remix and upscale of the older API carry their fields in an image_request part") {
    auto request = a_request(operation::remix, model::v2);
    request.pictures = {{"1", 1}};
    request.image_weight = 80;
    auto parts = test::parts_of(encoded("camel", request));
    CHECK(parts.at("image_file") == "<image/png>");
    CHECK(
        json::parse(parts.at("image_request"))
        == json{{"prompt", "a red fox"}, {"model", "V_2"}, {"magic_prompt_option", "AUTO"}, {"image_weight", 80}, {"num_images", 1}}
    );
    request = a_request(operation::upscale);
    request.prompt = "";
    request.pictures = {{"1", 1}};
    request.resemblance = 90;
    parts = test::parts_of(encoded("official", request));
    CHECK(
        json::parse(parts.at("image_request"))
        == json{{"resemblance", 90}, {"magic_prompt_option", "AUTO"}, {"num_images", 1}}
    );
}

TEST_CASE("crazyrouter gets links for its older API and base64 for V3") {
    auto request = a_request(operation::remix, model::v2);
    request.pictures = {{"17", 1}};
    CHECK(find_dialect("crazyrouter")->needs_links(operation::remix, model::v2));
    CHECK(
        test::json_of(encoded("crazyrouter", request))["image_file"] == "https://we.example/in/17"
    );
    request = a_request(operation::describe);
    request.pictures = {{"17", 1}};
    CHECK(
        test::json_of(encoded("crazyrouter", request))
        == json{{"image_file", "https://we.example/in/17"}}
    );
    request = a_request(operation::inpaint);
    request.pictures = {{"17", 1}};
    CHECK_FALSE(find_dialect("crazyrouter")->needs_links(operation::inpaint, model::v3));
    CHECK(test::json_of(encoded("crazyrouter", request))["image"].get<std::string>().starts_with(
        "iVBORw0KGgo"
    ));
}

TEST_CASE("Ideogram's V3 edits go to inpaint, which its edit is deprecated for") {
    auto request = a_request(operation::edit);
    request.pictures = {{"1", 1}};
    request.mask = task::picture_ref{"1", 2};
    const auto made = encoded("official", request);
    CHECK(made.path == "/v1/ideogram-v3/inpaint");
    CHECK(test::parts_of(made).at("mask") == "<image/png>");
    request.model = model::v2;
    CHECK(encoded("official", request).path == "/edit");
}

TEST_CASE("custom models, copyright detection and character masks are said where they exist") {
    auto request = a_request();
    request.custom_model = "model/foxes/version/2";
    request.copyright_detection = true;
    request.character_references = {{"1", 1}};
    request.character_masks = {{"1", 2}};
    for (const operation what : {operation::generate, operation::remix, operation::inpaint}) {
        request.what = what;
        if (what != operation::generate) {
            request.pictures = {{"2", 1}};
            request.mask = task::picture_ref{"2", 2};
        }
        const auto parts = test::parts_of(encoded("official", request));
        CHECK(parts.at("custom_model_uri") == "model/foxes/version/2");
        CHECK(parts.at("enable_copyright_detection") == "true");
        CHECK(parts.at("character_reference_images_mask") == "<image/png>");
        // Its own style is not overruled by a default.
        CHECK_FALSE(parts.contains("style_type"));
    }
    request.what = operation::generate;
    request.pictures.clear();
    request.mask.reset();
    request.style_type = "DESIGN";
    CHECK(test::parts_of(encoded("official", request)).at("style_type") == "DESIGN");
    CHECK(
        left_out("camel", request)
        == std::vector<
            std::
                string>{"custom_model_uri", "enable_copyright_detection", "--cref", "character_reference_images_mask"}
    );
}

TEST_CASE("a required picture that is missing, or no picture, makes encoding fail") {
    const auto request = a_request(operation::remix);
    const auto& official = *find_dialect("official");
    const auto missing = official.encode(request, {}, test::all_pictures());
    CHECK(missing.error() == failure{failure_kind::invalid, "remix needs image"});
    auto with_text = request;
    with_text.pictures = {{"9", 2}};
    const auto text = [](const task::picture_ref&) -> result<std::string> { return "hello"; };
    CHECK(
        official.encode(with_text, {}, text).error()
        == failure{failure_kind::invalid, "picture 9/2 is not JPEG, PNG or WebP"}
    );
}

TEST_CASE("dialects serve what they document and nothing else") {
    CHECK_FALSE(find_dialect("camel")->serves(operation::instruct_edit, model::v3));
    CHECK_FALSE(find_dialect("camel")->serves(operation::reframe, model::v2));
    CHECK_FALSE(find_dialect("mjdjourney")->serves(operation::generate, model::v3));
    CHECK_FALSE(find_dialect("mjdjourney")->serves(operation::generate, model::v2a));
    CHECK_FALSE(find_dialect("quickrouter")->serves(operation::upscale, model::v2));
    CHECK_FALSE(find_dialect("crazyrouter")->serves(operation::generate, model::v1));
    CHECK_FALSE(find_dialect("crazyrouter")->serves(operation::remix, model::v3));
    CHECK(find_dialect("crazyrouter")->serves(operation::generate, model::v3));
    CHECK(find_dialect("camel")->serves(operation::reframe, model::v3));
    CHECK(find_dialect("nobody") == nullptr);
    for (const auto name : dialect_names()) {
        CHECK(find_dialect(name)->name() == name);
    }
}

} // namespace imagined::backend
