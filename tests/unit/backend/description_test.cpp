// Dialects as data: what a description says is what is sent, and what is wrong with one is told.
#include "imagined/backend/dialect_description.hpp"
#include "imagined/backend/sample_calls.hpp"
#include "imagined/base/bytes.hpp"
#include "tests/support/a_request.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace imagined::backend {

namespace {

using nlohmann::json;
using task::model;
using task::operation;
using test::a_request;

// A relay that spells everything in its own way.
json acme() {
    return json::parse(R"({
        "name": "acme", "auth": "key", "path_prefix": "/api",
        "answer": {"pictures": "/result/images/*/link"},
        "operations": {
            "generate": {
                "path": "/draw", "body": "json",
                "fields": {"prompt": "text", "aspect_ratio": "ratio", "rendering_speed": "speed",
                           "num_images": "n", "magic_prompt": "expand", "seed": "/extra/seed",
                           "color_palette": "colours"},
                "values": {"aspect_ratio": {"16x9": "16:9", "1x1": "1:1"},
                           "rendering_speed": {"TURBO": "fast", "DEFAULT": 2},
                           "magic_prompt": {"ON": true, "OFF": false},
                           "color_palette": {"color_hex": "hex", "EMBER": "embers"}},
                "const": {"model": "acme-3", "/extra/source": "imagined"}
            },
            "edit": {
                "path": "/edit", "body": "multipart",
                "fields": {"prompt": "text", "image": "picture", "mask": "stencil"},
                "const": {"model": "acme-3", "sizes": [1, 2]}
            },
            "remix": {
                "path": "/remix", "body": "json", "pictures": "base64",
                "fields": {"prompt": "text", "image": "/input/picture"}
            }
        }
    })");
}

shared_dialect described(const json& by) {
    auto read = read_dialect(by);
    if (const auto* flaws = std::get_if<std::vector<description_flaw>>(&read)) {
        FAIL(flaws->front().where, ": ", flaws->front().why);
    }
    return std::get<shared_dialect>(read);
}

wire_request said_in(const form_dialect& by, const task::render_request& request) {
    const auto links = [](const task::picture_ref& ref) -> result<std::string> {
        return "https://we.example/in/" + ref.id;
    };
    return by.encode(request, by.plan(request).front(), test::all_pictures(), links).value();
}

outcome pointed_at(const std::string& pointer, const json& body) {
    json about = acme();
    about["answer"]["pictures"] = pointer;
    http::response response;
    response.status = 200;
    response.body = body.dump();
    return described(about)->decode(a_request(), response);
}

std::vector<std::string> addresses(const outcome& came) {
    std::vector<std::string> all;
    REQUIRE(came.what == verdict::answered);
    for (const auto& picture : came.answer->pictures) {
        all.push_back(picture.url);
    }
    return all;
}

} // namespace

TEST_CASE("a description says path, names, values and constants") {
    const auto by = described(acme());
    auto request = a_request();
    request.images = 2;
    request.aspect = task::ratio{16, 9};
    request.speed = task::rendering_speed::turbo;
    request.magic = task::magic_prompt::off;
    const auto made = said_in(*by, request);
    CHECK(by->name() == "acme");
    CHECK(by->key_goes_in() == key_header::key);
    CHECK(made.path == "/api/draw");
    CHECK(made.headers.get("Content-Type") == "application/json");
    CHECK(
        test::json_of(made)
        == json{{"text", "a red fox"}, {"ratio", "16:9"}, {"speed", "fast"}, {"expand", false}, {"n", 2}, {"model", "acme-3"}, {"extra", {{"source", "imagined"}}}}
    );
    request.seed = 9;
    request.speed = task::rendering_speed::standard;
    const auto seeded = test::json_of(said_in(*by, request));
    CHECK(seeded["extra"] == json{{"source", "imagined"}, {"seed", 9}});
    CHECK(seeded["speed"] == 2);
}

TEST_CASE("a field with values has no others: the neighbour is taken, or nothing, and told") {
    const auto by = described(acme());
    auto request = a_request();
    request.aspect = task::ratio{3, 2};
    request.speed = task::rendering_speed::quality;
    const auto body = test::json_of(said_in(*by, request));
    CHECK(body["ratio"] == "16:9");
    CHECK(body["speed"] == 2);
    CHECK_FALSE(body.contains("expand")); // AUTO has no word, and is what happens anyway
    CHECK(
        by->inexpressible(request)
        == std::vector<std::string>{"--ar 3:2", "rendering_speed QUALITY"}
    );
    request.aspect.reset();
    request.speed = task::rendering_speed::flash;
    CHECK(test::json_of(said_in(*by, request))["speed"] == "fast");
}

TEST_CASE("the words of a palette have spellings, too") {
    auto request = a_request();
    request.color_palette = R"({"members":[{"color_hex":"#FF0000","color_weight":0.5}]})";
    const auto by = described(acme());
    CHECK(
        test::json_of(said_in(*by, request))["colours"]
        == json{{"members", {{{"hex", "#FF0000"}, {"color_weight", 0.5}}}}}
    );
    request.color_palette = R"({"name":"EMBER"})";
    CHECK(test::json_of(said_in(*by, request))["colours"] == json{{"name", "embers"}});
    request.color_palette = R"({"name":"JUNGLE"})";
    CHECK(test::json_of(said_in(*by, request))["colours"] == json{{"name", "JUNGLE"}});
}

TEST_CASE("pictures travel as the description says") {
    const auto by = described(acme());
    auto request = a_request(operation::edit);
    request.pictures = {{"1", 1}};
    request.mask = task::picture_ref{"1", 2};
    const std::string png = "<image/png>";
    CHECK(
        test::parts_of(said_in(*by, request))
        == std::map<
            std::string,
            std::
                string>{{"text", "a red fox"}, {"picture", png}, {"stencil", png}, {"model", "acme-3"}, {"sizes", "1|2"}}
    );
    request = a_request(operation::remix);
    request.pictures = {{"1", 1}};
    const auto remix = test::json_of(said_in(*by, request));
    CHECK(remix["input"]["picture"] == to_base64(test::a_picture()));

    json linked = acme();
    linked["operations"]["edit"]["pictures"] = "link";
    request = a_request(operation::edit);
    request.pictures = {{"1", 1}};
    request.mask = task::picture_ref{"2", 1};
    const auto parts = test::parts_of(said_in(*described(linked), request));
    CHECK(parts.at("picture") == "https://we.example/in/1");
    CHECK(parts.at("stencil") == "https://we.example/in/2");
    CHECK(described(linked)->needs_links(operation::edit, model::v3));
}

TEST_CASE("what is not named does not exist and is not sent, whatever is extended") {
    const json about{
        {"name", "kin"},
        {"extends", "camel"},
        {"path_prefix", "/eu/"},
        {"operations",
         {{"generate", {{"fields", {"prompt", "rendering_speed"}}}},
          {"remix", {{"path", "/mix"}, {"fields", {{"prompt", "text"}, {"image", "source"}}}}}}}
    };
    const auto kin = described(about);
    CHECK(kin->key_goes_in() == key_header::api_key);
    CHECK(kin->serves(operation::generate, model::v3));
    CHECK_FALSE(kin->serves(operation::generate, model::v2));
    CHECK_FALSE(kin->serves(operation::edit, model::v3));
    CHECK_FALSE(kin->serves(operation::upscale, model::v3));
    auto request = a_request();
    request.seed = 5;
    request.style_type = "DESIGN";
    const auto made = said_in(*kin, request);
    CHECK(made.path == "/eu/ideogram/v1/ideogram-v3/generate");
    CHECK(
        test::parts_of(made)
        == std::
            map<std::string, std::string>{{"prompt", "a red fox"}, {"rendering_speed", "DEFAULT"}}
    );
    request = a_request(operation::remix);
    request.pictures = {{"1", 1}};
    const auto mixed = said_in(*kin, request);
    CHECK(mixed.path == "/eu/mix");
    CHECK(test::parts_of(mixed).at("source") == "<image/png>");
}

TEST_CASE("older models have forms of their own beside V_3's") {
    const json about = json::parse(R"({
        "name": "old", "auth": "bearer",
        "operations": {"generate": [
            {"models": ["V_1", "V_2"], "path": "/old", "body": "json", "wrap": "image_request",
             "fields": ["prompt", "model", "aspect_ratio", {"magic_prompt": "magic_prompt_option"},
                        "style_type"]},
            {"path": "/new", "body": ["multipart", "json"], "fields": ["prompt"]}],
            "inpaint": "generate"}
    })");
    const auto by = described(about);
    auto request = a_request(operation::generate, model::v2);
    request.aspect = task::ratio{16, 9};
    request.style_type = "ANIME";
    CHECK(
        test::json_of(said_in(*by, request))["image_request"]
        == json{{"prompt", "a red fox"}, {"model", "V_2"}, {"aspect_ratio", "ASPECT_16_9"}, {"magic_prompt_option", "AUTO"}, {"style_type", "ANIME"}}
    );
    request.model = model::v1; // which knows no style
    CHECK_FALSE(test::json_of(said_in(*by, request))["image_request"].contains("style_type"));
    CHECK(said_in(*by, a_request()).path == "/new");
    CHECK(by->form_of(operation::generate, model::v3)->json_too);
    CHECK(said_in(*by, a_request(operation::inpaint)).path == "/new");
}

TEST_CASE("a pointer finds the pictures of an answer: addresses, lists, bare base64") {
    using list = std::vector<std::string>;
    CHECK(
        addresses(pointed_at(
            "/result/images/*/link",
            {{"result", {{"images", {{{"link", "https://a/1"}}, {{"link", "https://a/2"}}}}}}}
        ))
        == list{"https://a/1", "https://a/2"}
    );
    CHECK(addresses(pointed_at("/output/*", {{"output", {"https://a/1"}}})) == list{"https://a/1"});
    CHECK(addresses(pointed_at("/output", {{"output", {"https://a/1"}}})) == list{"https://a/1"});
    CHECK(addresses(pointed_at("/output", {{"output", "https://a/1"}})) == list{"https://a/1"});
    CHECK(
        addresses(pointed_at("/data/0/url", {{"data", {{{"url", "https://a/1"}}}}}))
        == list{"https://a/1"}
    );
    const std::string bare = to_base64(test::a_picture());
    CHECK(
        addresses(pointed_at("/data/*/b64", {{"data", {{{"b64", bare}}}}}))
        == list{std::string(held_picture) + bare}
    );
    CHECK(
        addresses(pointed_at("/data/*", {{"data", {"data:image/png;base64," + bare}}}))
        == list{std::string(held_picture) + bare}
    );
}

TEST_CASE("what else an entry says is read, and one without a picture is withheld") {
    const auto came = pointed_at(
        "/images/*/link",
        {{"images",
          {{{"link", "https://a/1"}, {"seed", 7}, {"prompt", "a fox"}},
           {{"link", nullptr}},
           {{"reason", "unsafe"}},
           {{"link", "https://a/4"}, {"is_image_safe", false}}}}}
    );
    REQUIRE(came.what == verdict::answered);
    const auto& pictures = came.answer->pictures;
    REQUIRE(pictures.size() == 4);
    CHECK(pictures[0].seed == 7);
    CHECK(pictures[0].prompt == "a fox");
    CHECK(pictures[0].safe);
    CHECK_FALSE(pictures[1].safe);
    CHECK_FALSE(pictures[2].safe);
    CHECK_FALSE(pictures[3].safe);
    CHECK(came.answer->raw.empty()); // nobody north could read it
}

TEST_CASE("an answer without what the pointer names is unknowable") {
    for (const json& body :
         {json{{"result", 1}}, json{{"result", {{"images", "soon"}}}}, json{{"error", "no"}}}) {
        CAPTURE(body.dump());
        CHECK(pointed_at("/result/images/*/link", body).what == verdict::unknowable);
    }
}

TEST_CASE("every flaw of a description is told where it is") {
    struct row {
        const char* at; // a pointer into acme()
        json instead;   // null: taken out
        const char* where;
        const char* why;
    };

    const std::vector<row> rows{
        {"/job", 1, "job", "unknown"},
        {"/auth", "keys", "auth", "expected one of api-key, bearer, key, not \"keys\""},
        {"/extends", "klingon", "extends", "expected one of official"},
        {"/path_prefix", "api", "path_prefix", "begins with /"},
        {"/answer/pictures", "data", "answer.pictures", "JSON pointer"},
        {"/answer/pictures", "/da~ta", "answer.pictures", "JSON pointer"},
        {"/answer/picture", "/x", "answer.picture", "unknown"},
        {"/operations", nullptr, "operations", "is required"},
        {"/operations/paint", json::object(), "operations.paint", "unknown operation"},
        {"/operations/inpaint", "upscale", "operations.inpaint", "an operation that has one"},
        {"/operations/edit/path", "edit", "operations.edit.path", "begins with /"},
        {"/operations/edit/path", "/e dit", "operations.edit.path", "begins with /"},
        {"/operations/edit/path", nullptr, "operations.edit.path", "begins with /"},
        {"/operations/edit/body", "xml", "operations.edit.body", "not \"xml\""},
        {"/operations/edit/body", nullptr, "operations.edit.body", "is required"},
        {"/operations/edit/body", "json", "operations.edit.pictures", "is required"},
        {"/operations/edit/pictures", "url", "operations.edit.pictures", "file, link, base64"},
        {"/operations/edit/fields", nullptr, "operations.edit.fields", "expected a table"},
        {"/operations/edit/fields/prompt",
         nullptr,
         "operations.edit.fields.prompt",
         "is required: edit needs it"},
        {"/operations/edit/fields/image", nullptr, "operations.edit.fields.image", "is required"},
        {"/operations/edit/fields/mask", "text", "operations.edit.fields.prompt", "named twice"},
        {"/operations/edit/fields/mask", "/stencil", "operations.edit.fields.mask", "json"},
        {"/operations/edit/fields/colour", "c", "operations.edit.fields.colour", "unknown field"},
        {"/operations/edit/fields/mask", 7, "operations.edit.fields.mask", "a text"},
        {"/operations/generate/fields/seed",
         "/extra",
         "operations.generate.fields.seed",
         "stands where another name does"},
        {"/operations/generate/fields/seed",
         "/model/seed",
         "operations.generate.fields.seed",
         "stands where another name does"},
        {"/operations/edit/const/text", "x", "operations.edit.const.text", "is one of the fields"},
        {"/operations/edit/models", {"V_9"}, "operations.edit.models", "not \"V_9\""},
        {"/operations/generate/values/rendering_speed",
         {{"SLOW", "slow"}},
         "operations.generate.values.rendering_speed",
         "expected some of FLASH, TURBO, DEFAULT, QUALITY, not \"SLOW\""},
        {"/operations/generate/values/num_images",
         {{"1", "one"}},
         "operations.generate.values.num_images",
         "has no words"},
        {"/operations/generate/values/style_type",
         {{"AUTO", "a"}},
         "operations.generate.values.style_type",
         "is of no field"},
        {"/operations/generate/values/magic_prompt/ON",
         json::array(),
         "operations.generate.values.magic_prompt.ON",
         "expected a text, a number or a boolean"},
        {"/operations/generate/default/rendering_speed",
         "QUALITY",
         "operations.generate.default.rendering_speed",
         "not \"QUALITY\""},
        {"/operations/generate/most/num_images", 0, "operations.generate.most.num_images", "from 1"}
    };
    for (const row& r : rows) {
        CAPTURE(r.at);
        json about = acme();
        const json::json_pointer at{std::string(r.at)};
        if (r.instead.is_null()) {
            about[at.parent_pointer()].erase(at.back());
        } else {
            about[at] = r.instead;
        }
        const auto read = read_dialect(about);
        const auto* flaws = std::get_if<std::vector<description_flaw>>(&read);
        REQUIRE(flaws != nullptr);
        const auto told = std::find_if(flaws->begin(), flaws->end(), [&](const auto& flaw) {
            return flaw.where == r.where;
        });
        CAPTURE(flaws->front().where);
        REQUIRE(told != flaws->end());
        CHECK_MESSAGE(told->why.find(r.why) != std::string::npos, told->why);
    }
}

TEST_CASE("what a backend never sends is left out, or its neighbour sent") {
    const auto& official = *find_form_dialect("official");
    const auto without = [&](std::vector<std::string> words) {
        return changed(official, {.never_send = std::move(words)}).value();
    };
    auto request = a_request();
    request.speed = task::rendering_speed::flash;
    request.style_preset = "WATERCOLOR";
    request.magic = task::magic_prompt::on;
    const auto slower = without({"FLASH", "style_preset", "ON"});
    const auto parts = test::parts_of(said_in(*slower, request));
    CHECK(parts.at("rendering_speed") == "TURBO");
    CHECK(parts.at("magic_prompt") == "AUTO");
    CHECK_FALSE(parts.contains("style_preset"));
    CHECK(
        slower->inexpressible(request)
        == std::vector<
            std::string>{"rendering_speed FLASH", "magic_prompt ON", "style_preset WATERCOLOR"}
    );
    CHECK_FALSE(test::parts_of(said_in(*without({"GENERAL"}), a_request())).contains("style_type"));
    // By our name, or by theirs; V_3's stays without the older one's.
    auto old = a_request(operation::generate, model::v2);
    old.aspect = task::ratio{16, 9};
    const auto ratioless = without({"aspect_ratio"});
    CHECK(test::json_of(said_in(*ratioless, old))["image_request"]["resolution"].is_string());
    const auto plain = test::json_of(said_in(*without({"magic_prompt_option"}), old));
    CHECK_FALSE(plain["image_request"].contains("magic_prompt_option"));
    CHECK(without({"mask"})->form_of(operation::inpaint, model::v3) == nullptr);
    CHECK(
        without({"num_images"})
            ->plan([] {
                auto four = a_request();
                four.images = 4;
                return four;
            }())
            .size()
        == 4
    );
    CHECK(
        changed(*find_form_dialect("mjdjourney"), {.never_send = {"prompt"}}).error().kind
        == failure_kind::invalid
    );
    CHECK(is_field_or_value("FLASH"));
    CHECK(is_field_or_value("style_preset"));
    CHECK(is_field_or_value("magic_prompt_option"));
    CHECK_FALSE(is_field_or_value("FLSH"));
    CHECK_FALSE(is_field_or_value("style_presets"));
}

TEST_CASE("a backend's own key header and prefix stand before what its dialect says") {
    const auto made =
        changed(*find_form_dialect("camel"), {.key = key_header::key, .path_prefix = "/eu"})
            .value();
    CHECK(made->key_goes_in() == key_header::key);
    CHECK(said_in(*made, a_request()).path == "/eu/ideogram/v1/ideogram-v3/generate");
}

TEST_CASE("the family of relays speaks its own pages") {
    const auto& relay = *find_form_dialect("relay");
    auto request = a_request();
    request.images = 4;
    request.negative_prompt = "fog";
    request.aspect = task::ratio{16, 9};
    request.style_type = "DESIGN";
    request.color_palette = R"({"members":[{"color_hex":"#FF0000","color_weight":0.5}]})";
    const auto made = said_in(relay, request);
    CHECK(relay.key_goes_in() == key_header::bearer);
    CHECK(made.path == "/ideogram/v1/ideogram-v3/generate");
    CHECK(made.headers.get("Accept") == "application/json");
    CHECK(test::json_of(made) == json{{"prompt", "a red fox"}, {"negative_prompt", "fog"}, {"aspect_ratio", "16x9"}, {"rendering_speed", "DEFAULT"}, {"magic_prompt", "AUTO"}, {"style_type", "DESIGN"}, {"num_images", 4}, {"color_palette", {{"members", {{{"color", "#FF0000"}, {"weight", 0.5}}}}}}});
    const std::string png = "<image/png>";
    using parts = std::map<std::string, std::string>;
    const auto pictured = [&](operation what) {
        auto one = a_request(what);
        one.pictures = {{"1", 1}};
        if (what == operation::edit || what == operation::inpaint) {
            one.mask = task::picture_ref{"1", 2};
        }
        return said_in(relay, one);
    };
    CHECK(
        test::parts_of(pictured(operation::remix))
        == parts{{"prompt", "a red fox"}, {"rendering_speed", "DEFAULT"}, {"num_images", "1"}, {"image", png}}
    );
    CHECK(pictured(operation::inpaint).path == "/ideogram/v1/ideogram-v3/edit");
    CHECK(
        test::parts_of(pictured(operation::edit))
        == parts{{"prompt", "a red fox"}, {"image", png}, {"mask", png}}
    );
    CHECK(
        test::parts_of(pictured(operation::reframe))
        == parts{{"resolution", "1024x1024"}, {"image", png}}
    );
    CHECK(
        test::parts_of(pictured(operation::replace_background))
        == parts{{"prompt", "a red fox"}, {"image", png}}
    );
    const auto& quick = *find_form_dialect("quickrouter");
    CHECK(said_in(quick, request).body == made.body);
    CHECK(quick.serves(operation::replace_background, model::v3));
}

TEST_CASE("a sample shows what a dialect sends, and what it does not") {
    const auto text = sample_calls(*described(acme()));
    for (const std::string_view part :
         {"dialect acme\n",
          "## generate: V_3",
          "POST /api/draw\nAuthorization: Key <key>\nContent-Type: application/json\n",
          "\"ratio\": \"16:9\"",
          "picture: <picture.png, image/png>",
          "not sent: --no, style_type DESIGN",
          "pictures: /result/images/*/link"}) {
        CHECK_MESSAGE(text.find(part) != std::string::npos, part);
    }
    for (const auto name : dialect_names()) {
        const auto& shown = *find_form_dialect(name);
        const auto sample = sample_calls(shown);
        CAPTURE(sample);
        CHECK(sample.find(" needs ") == std::string::npos); // nothing it requires is missing
        CHECK(sample.find(shown.forms().front().path) != std::string::npos);
    }
}

} // namespace imagined::backend
