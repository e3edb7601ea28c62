#include "running_sandbox.hpp"

#include "answers.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace imagined::sandbox {

namespace {

using nlohmann::json;
using test::running_sandbox;

http::fields keyed(std::string_view content_type, bool bearer = false) {
    http::fields headers;
    headers.set("Content-Type", content_type);
    if (bearer) {
        headers.set("Authorization", "Bearer any");
    } else {
        headers.set("Api-Key", "any");
    }
    return headers;
}

http::response
post_json(running_sandbox& to, std::string path, const json& body, bool bearer = false) {
    return to.ask("POST", std::move(path), keyed("application/json", bearer), body.dump());
}

http::part text(std::string name, std::string body) {
    return {.name = std::move(name), .filename = {}, .content_type = {}, .body = std::move(body)};
}

http::part file(std::string name, std::string body) {
    return {
        .name = std::move(name),
        .filename = "a.png",
        .content_type = "image/png",
        .body = std::move(body)
    };
}

http::response
post_form(running_sandbox& to, std::string path, const std::vector<http::part>& parts) {
    const auto body = http::write_multipart(parts);
    return to.ask("POST", std::move(path), keyed(body.content_type), body.body);
}

} // namespace

TEST_CASE("an older generate that breaks a documented rule is refused by the field's name") {
    struct row {
        std::string dialect;
        json fields;
        std::string named;
    };

    const std::vector<row> rows{
        {"official", {{"nonsense", 1}}, "nonsense"},
        {"official", {{"prompt", ""}}, "prompt"},
        {"official", {{"prompt", 5}}, "prompt"},
        {"official", {{"aspect_ratio", "SPECT_16_10"}}, "aspect_ratio"},
        {"official", {{"aspect_ratio", "16x9"}}, "aspect_ratio"},
        {"official",
         {{"aspect_ratio", "ASPECT_1_1"}, {"resolution", "RESOLUTION_1024_1024"}},
         "resolution"},
        {"official", {{"resolution", "RESOLUTION_1_1"}}, "resolution"},
        {"official", {{"resolution", "1024x1024"}}, "resolution"},
        {"official", {{"model", "V_1"}, {"style_type", "GENERAL"}}, "style_type"},
        {"official", {{"model", "V_1_TURBO"}, {"resolution", "RESOLUTION_1024_1024"}}, "resolution"
        },
        {"official", {{"model", "V_2A"}, {"negative_prompt", "x"}}, "negative_prompt"},
        {"official",
         {{"model", "V_2A_TURBO"}, {"color_palette", {{"name", "EMBER"}}}},
         "color_palette"},
        {"official", {{"model", "V_3"}}, "model"},
        {"official", {{"style_type", "anime"}}, "style_type"},
        {"official", {{"magic_prompt_option", "auto"}}, "magic_prompt_option"},
        {"official", {{"magic_prompt", "AUTO"}}, "magic_prompt"},
        {"official", {{"num_images", 0}}, "num_images"},
        {"official", {{"num_images", 9}}, "num_images"},
        {"official", {{"num_images", "2"}}, "num_images"},
        {"official", {{"seed", -1}}, "seed"},
        {"official", {{"seed", 2147483648}}, "seed"},
        {"official", {{"seed", 1.5}}, "seed"},
        {"official",
         {{"color_palette", {{"name", "EMBER"}, {"members", json::array()}}}},
         "color_palette"},
        {"official", {{"color_palette", {{"name", "BLUE"}}}}, "color_palette"},
        {"official", {{"color_palette", {{"members", {{{"color_hex", "red"}}}}}}}, "color_palette"},
        {"official",
         {{"color_palette", {{"members", json::array_t(9, {{"color_hex", "#123456"}})}}}},
         "color_palette"},
        {"camel", {{"style_type", "FICTION"}}, "style_type"},
        {"mjdjourney", {{"num_images", 1}}, "num_images"},
        {"mjdjourney", {{"style_type", "AUTO"}}, "style_type"},
        {"mjdjourney", {{"model", "V_2A"}}, "model"},
        {"crazyrouter", {{"seed", 1}}, "seed"},
        {"crazyrouter", {{"model", "V_1"}}, "model"}
    };
    running_sandbox upstream;
    for (const auto& r : rows) {
        CAPTURE(r.dialect);
        CAPTURE(r.fields.dump());
        json request{{"prompt", "a fox"}};
        request.update(r.fields);
        const bool bearer = r.dialect != "official" && r.dialect != "camel";
        const std::string path = r.dialect == "official" ? "/official/generate"
                                 : r.dialect == "mjdjourney"
                                     ? "/mjdjourney/ideogram/v1/generate"
                                     : "/" + r.dialect + "/ideogram/generate";
        const auto got = post_json(upstream, path, {{"image_request", request}}, bearer);
        CHECK(got.status == 400);
        CHECK(got.text().find(r.named) != std::string_view::npos);
    }
}

TEST_CASE("a V3 generate that breaks a documented rule is refused by the field's name") {
    struct row {
        std::string dialect;
        std::vector<std::pair<std::string, std::string>> fields;
        std::string named;
    };

    const std::vector<row> rows{
        {"official", {{"model", "V_3"}}, "model"},
        {"official", {{"magic_prompt_option", "AUTO"}}, "magic_prompt_option"},
        {"official", {{"aspect_ratio", "ASPECT_1_1"}}, "aspect_ratio"},
        {"official", {{"aspect_ratio", "21x9"}}, "aspect_ratio"},
        {"official", {{"aspect_ratio", "1x1"}, {"resolution", "1024x1024"}}, "resolution"},
        {"official", {{"resolution", "720x1280"}}, "resolution"},
        {"official", {{"style_type", "ANIME"}}, "style_type"},
        {"official", {{"style_preset", "watercolor"}}, "style_preset"},
        {"official", {{"rendering_speed", "FAST"}}, "rendering_speed"},
        {"official", {{"style_codes", "12345678"}, {"style_type", "AUTO"}}, "style_codes"},
        {"official", {{"style_codes", "xyz"}}, "style_codes"},
        {"official", {{"seed", "ten"}}, "seed"},
        {"official", {{"num_images", "9"}}, "num_images"},
        {"official", {{"prompt", "twice"}}, "prompt"},
        {"official", {{"style_reference_images", "text"}}, "style_reference_images"},
        {"camel", {{"resolution", "1024x1024"}}, "resolution"},
        {"camel", {{"style_type", "FICTION"}}, "style_type"},
        {"camel", {{"rendering_speed", "FLASH"}}, "rendering_speed"},
        {"camel", {{"style_preset", "WATERCOLOR"}}, "style_preset"},
        {"camel", {{"color_palette", R"({"name":"EMBER"})"}}, "color_palette"}
    };
    running_sandbox upstream;
    for (const auto& r : rows) {
        CAPTURE(r.dialect);
        CAPTURE(r.named);
        std::vector<http::part> parts{text("prompt", "a fox")};
        for (const auto& [name, value] : r.fields) {
            parts.push_back(text(name, value));
        }
        const std::string path = r.dialect == "official"
                                     ? "/official/v1/ideogram-v3/generate"
                                     : "/camel/ideogram/v1/ideogram-v3/generate";
        const auto got = post_form(upstream, path, parts);
        CHECK(got.status == 400);
        CHECK(got.text().find(r.named) != std::string_view::npos);
    }
}

TEST_CASE("V3 generate is taken as JSON by Ideogram and not by camel") {
    running_sandbox upstream;
    const json body{{"prompt", "a fox"}, {"num_images", 2}};
    CHECK(post_json(upstream, "/v1/ideogram-v3/generate", body).status == 200);
    CHECK(post_json(upstream, "/camel/ideogram/v1/ideogram-v3/generate", body).status == 400);
}

TEST_CASE("fields of an older call are taken only inside image_request, files only beside it") {
    running_sandbox upstream;
    const json inside{{"prompt", "a fox"}};
    CHECK(post_json(upstream, "/generate", {{"prompt", "a fox"}}).status == 400);
    const auto beside = post_json(upstream, "/generate", {{"image_request", inside}, {"seed", 1}});
    CHECK(beside.status == 400);
    CHECK(beside.text().find("seed") != std::string_view::npos);
    const json with_file{{"image_request", {{"prompt", "x"}, {"image_file", "http://x/1"}}}};
    CHECK(post_json(upstream, "/crazyrouter/ideogram/remix", with_file, true).status == 400);
}

TEST_CASE("each dialect takes the key in its own header only") {
    running_sandbox upstream;
    const std::string body = R"({"image_request":{"prompt":"a fox"}})";
    CHECK(upstream.ask("POST", "/generate", keyed("application/json", true), body).status == 401);
    CHECK(upstream.ask("POST", "/generate", keyed("application/json"), body).status == 200);
    const std::string relay = "/quickrouter/ideogram/generate";
    CHECK(upstream.ask("POST", relay, keyed("application/json"), body).status == 401);
    CHECK(upstream.ask("POST", relay, keyed("application/json", true), body).status == 200);
    http::fields empty = keyed("application/json");
    empty.set("Api-Key", "");
    CHECK(upstream.ask("POST", "/generate", empty, body).status == 401);
}

TEST_CASE("a body of the wrong kind is refused") {
    running_sandbox upstream;
    CHECK(upstream.ask("POST", "/generate", keyed("text/plain"), "{}").status == 400);
    CHECK(upstream.ask("POST", "/generate", keyed("application/json"), "{").status == 400);
    CHECK(upstream.ask("POST", "/generate", keyed("application/json"), "[]").status == 400);
    CHECK(
        upstream.ask("POST", "/v1/ideogram-v3/remix", keyed("multipart/form-data"), "x").status
        == 400
    );
}

TEST_CASE("an unknown path is 404 and another method 405") {
    running_sandbox upstream;
    CHECK(post_json(upstream, "/v1/ideogram-v3/layerize-text", {}).status == 404);
    CHECK(post_json(upstream, "/mjdjourney/ideogram/generate", {}, true).status == 404);
    CHECK(post_json(upstream, "/nobody/generate", {}).status == 404);
    CHECK(upstream.ask("GET", "/generate").status == 405);
}

TEST_CASE("the root speaks the dialect that was asked for") {
    running_sandbox upstream({.dialect = "camel"});
    const json body{{"image_request", {{"prompt", "a fox"}}}};
    CHECK(post_json(upstream, "/ideogram/generate", body).status == 200);
    CHECK(post_json(upstream, "/generate", body).status == 404);
    asio::io_context context(1);
    const auto unknown = sandbox::open(context.get_executor(), {.dialect = "nobody"});
    CHECK(unknown.error().kind == failure_kind::invalid);
}

TEST_CASE("files are judged by their bytes and their size") {
    running_sandbox upstream({.max_file_bytes = 200000});
    const std::string path = "/v1/ideogram-v3/remix";
    const auto with_image = [&](std::string bytes) {
        return post_form(
            upstream, path, {text("prompt", "a fox"), file("image", std::move(bytes))}
        );
    };
    CHECK(with_image(test::a_picture()).status == 200);
    CHECK(with_image("GIF89a").status == 400);
    std::string large = test::a_picture();
    large.resize(200001);
    CHECK(with_image(large).status == 400);
    CHECK(
        post_form(upstream, path, {text("prompt", "a fox")}).text().find("image")
        != std::string_view::npos
    );
}

TEST_CASE("a mask must be black and white, not all white, and as large as the picture") {
    running_sandbox upstream;
    const auto with_mask = [&](std::string mask) {
        return post_form(
            upstream,
            "/v1/ideogram-v3/inpaint",
            {text("prompt", "a fox"),
             file("image", test::a_picture()),
             file("mask", std::move(mask))}
        );
    };
    CHECK(with_mask(test::flat_png(0)).status == 200);
    CHECK(with_mask(test::flat_png(255)).status == 400);
    CHECK(with_mask(test::flat_png(128)).status == 400);
    CHECK(with_mask(test::flat_png(0, 32)).status == 400);
}

TEST_CASE("one call too many with one key is answered 429, another key is served") {
    running_sandbox upstream({.max_in_flight_per_key = 0});
    const auto got = post_json(upstream, "/generate", {{"image_request", {{"prompt", "x"}}}});
    CHECK(got.status == 429);
    CHECK(got.headers.get("Retry-After") == "1");
}

TEST_CASE("more pictures than an organisation may have in progress are answered 429, unbilled") {
    running_sandbox upstream({.org_pictures = 3});
    const auto ask_for = [&](int pictures) {
        return post_json(
            upstream, "/generate", {{"image_request", {{"prompt", "x"}, {"num_images", pictures}}}}
        );
    };
    const auto refused = ask_for(4);
    CHECK(refused.status == 429);
    const auto body = json::parse(refused.text());
    CHECK(body["reject_reason"] == "inflight_limit");
    CHECK(body["max_inflight_requests"] == 3);
    CHECK(upstream.ledger()["billed_calls"] == 0);
    CHECK(ask_for(3).status == 200);
    CHECK(upstream.ledger()["pictures_in_flight"] == 0);
    CHECK(upstream.ledger()["max_pictures_in_flight"] == 3);
    upstream.ask("POST", "/__switches", {}, R"({"org_pictures":0})");
    CHECK(ask_for(4).status == 200);
    upstream.ask("DELETE", "/__switches");
    CHECK(ask_for(4).status == 429);
}

TEST_CASE("the ledger tells every call and what it would have cost") {
    running_sandbox upstream;
    const json request{{"prompt", "a fox"}, {"num_images", 3}, {"model", "V_2A_TURBO"}};
    post_json(upstream, "/generate", {{"image_request", request}});
    post_json(upstream, "/generate", {{"image_request", {{"size", 1}}}});
    const auto book = upstream.ledger();
    REQUIRE(book["calls"].size() == 2);
    CHECK(book["total_micros"] == 75000);
    CHECK(book["images"] == 3);
    CHECK(book["in_flight"] == 0);
    CHECK(book["max_in_flight"] == 1);
    CHECK(book["by_prompt"] == json{{"a fox", 1}});
    const auto& call = book["calls"][0];
    CHECK(call["dialect"] == "official");
    CHECK(call["operation"] == "generate");
    CHECK(call["path"] == "/generate");
    CHECK(call["model"] == "V_2A_TURBO");
    CHECK(call["micros"] == 75000);
    CHECK(call["billed"] == true);
    CHECK(call["outcome"] == "HTTP 200");
    CHECK(call["request"] == request);
    CHECK(call["key"] != "any");
    CHECK(book["calls"][1]["outcome"] == "HTTP 400: unknown field size");
    CHECK(book["calls"][1]["billed"] == false);
    upstream.ask("DELETE", "/__ledger");
    CHECK(upstream.ledger()["calls"].empty());
    CHECK(upstream.ledger()["total_micros"] == 0);
}

TEST_CASE("a dropped call is billed once its body was read, and not before") {
    running_sandbox upstream;
    const json body{{"image_request", {{"prompt", "a fox"}}}};
    upstream.order({{{"drop", "after_read"}}, {{"drop", "before_read"}}});
    CHECK(upstream.send("POST", "/generate", keyed("application/json"), body.dump())
              .outcome.has_error());
    CHECK(upstream.ledger()["billed_calls"] == 1);
    CHECK(upstream.send("POST", "/generate", keyed("application/json"), body.dump())
              .outcome.has_error());
    CHECK(upstream.ledger()["billed_calls"] == 1);
}

TEST_CASE("script entries go to the call that they name, as often as they say") {
    running_sandbox upstream;
    upstream.order(
        {{{"status", 500}, {"prompt", "cat"}, {"times", 2}}, {{"status", 503}, {"dialect", "camel"}}
        }
    );
    const auto asked = [&](std::string path, std::string prompt) {
        return post_json(
                   upstream, std::move(path), {{"image_request", {{"prompt", prompt}}}}
        ).status;
    };
    CHECK(asked("/generate", "a dog") == 200);
    CHECK(asked("/generate", "a cat") == 500);
    CHECK(asked("/camel/ideogram/generate", "a dog") == 503);
    CHECK(asked("/generate", "a cat") == 500);
    CHECK(asked("/generate", "a cat") == 200);
}

TEST_CASE("a script that is not understood is refused whole") {
    running_sandbox upstream;
    const auto refused = [&](const json& script) {
        return upstream.ask("POST", "/__script", {}, script.dump());
    };
    const auto got = refused({{{"status", 500}}, {{"explode", true}}});
    CHECK(got.status == 400);
    CHECK(got.text().find("explode") != std::string_view::npos);
    CHECK(refused({{"drop", "sometimes"}}).status == 400);
    CHECK(refused({{"status", 99}}).status == 400);
    CHECK(refused({{"drop", "before_read"}, {"prompt", "x"}}).status == 400);
    CHECK(json::parse(upstream.ask("GET", "/__script").text())["left"] == 0);
    upstream.order({{"status", 500}, {"times", 5}});
    upstream.ask("DELETE", "/__script");
    CHECK(json::parse(upstream.ask("GET", "/__script").text())["left"] == 0);
}

TEST_CASE("a picture link with a wrong signature or another expiry is refused") {
    running_sandbox upstream;
    const auto answer = json::parse(
        post_json(upstream, "/generate", {{"image_request", {{"prompt", "a fox"}}}}).text()
    );
    const std::string link = answer["data"][0]["url"];
    const std::string path = link.substr(link.find("/api/"));
    const auto good = upstream.ask("GET", path);
    CHECK(good.status == 200);
    CHECK(good.headers.get("Content-Type") == "image/png");
    CHECK(upstream.ask("GET", path.substr(0, path.size() - 1)).status == 403);
    std::string later = path;
    later.replace(later.find("exp=") + 4, 1, "9");
    CHECK(upstream.ask("GET", later).status == 403);
    CHECK(upstream.ask("GET", path.substr(0, path.find('?'))).status == 403);
}

TEST_CASE("a picture link that was rightly signed is refused once it has expired") {
    running_sandbox upstream({.picture_key = "k"});
    const std::string word = to_word({.text = "a fox", .width = 16, .height = 16});
    const auto status = [&](const std::string& exp) {
        const auto sig = picture_signature("k", word, exp);
        return upstream
            .ask("GET", "/api/images/ephemeral/" + word + ".png?exp=" + exp + "&sig=" + sig)
            .status;
    };
    CHECK(status("4102444800") == 200);
    CHECK(status("1000000000") == 403);
}

TEST_CASE("each dialect writes created in its own way") {
    running_sandbox upstream;
    const json body{{"image_request", {{"prompt", "a fox"}}}};
    const auto created = [&](std::string path, bool bearer) {
        return json::parse(post_json(upstream, std::move(path), body, bearer).text())["created"];
    };
    CHECK(created("/generate", false).get<std::string>().ends_with("+00:00"));
    CHECK(created("/generate", false).get<std::string>().size() == 32);
    CHECK(created("/camel/ideogram/generate", false).get<std::string>().size() == 20);
    CHECK(created("/mjdjourney/ideogram/v1/generate", true).get<std::string>().size() == 24);
    CHECK(created("/crazyrouter/ideogram/generate", true).is_number_integer());
}

TEST_CASE("without a seed every picture has its own, with one all have it") {
    running_sandbox upstream;
    const auto seeds = [&](json request) {
        std::vector<std::int64_t> found;
        const auto answer =
            json::parse(post_json(upstream, "/generate", {{"image_request", request}}).text());
        for (const auto& entry : answer["data"]) {
            found.push_back(entry["seed"]);
        }
        return found;
    };
    const auto free = seeds({{"prompt", "x"}, {"num_images", 2}});
    CHECK(free.at(0) != free.at(1));
    CHECK(
        seeds({{"prompt", "x"}, {"num_images", 2}, {"seed", 5}}) == std::vector<std::int64_t>{5, 5}
    );
}

} // namespace imagined::sandbox
