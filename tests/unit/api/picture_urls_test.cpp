#include "scene.hpp"

#include "imagined/base/bytes.hpp"
#include "views/picture_address.hpp"

#include <doctest/doctest.h>

using namespace imagined;
using namespace imagined::test;
using nlohmann::json;
using task::operation;

namespace {

constexpr const char* imagine_path = "/mj/submit/imagine";

json submit_imagine(scene& s, const json& body) {
    const auto answer = s.post(imagine_path, body, english);
    CHECK(answer.status == 200);
    return json_of(answer);
}

task::submission accepted_picture(scene& s, const json& body) {
    const json answer = submit_imagine(s, body);
    REQUIRE_MESSAGE(answer["code"] == 1, answer.dump());
    return s.submission(answer["result"]);
}

// The description of a refusal that left nothing behind.
std::string refused_picture(scene& s, const json& body) {
    const std::size_t before = s.tasks.size();
    const json answer = submit_imagine(s, body);
    CHECK_MESSAGE(answer["code"] == 4, answer.dump());
    CHECK(answer["result"].is_null());
    CHECK(s.tasks.size() == before);
    return answer["description"];
}

std::string stored(scene& s, const task::picture_ref& picture) {
    const auto bytes = s.images->read(picture.id, picture.n);
    REQUIRE(bytes.has_value());
    return *bytes;
}

} // namespace

TEST_CASE("a picture URL that leads the prompt is fetched and remixed") {
    scene s;
    s.web.show("https://x.example/a.png", png(7));
    const auto made = accepted_picture(s, {{"prompt", "https://x.example/a.png a fox --iw 2"}});
    CHECK(made.request.what == operation::remix);
    CHECK(made.request.prompt == "a fox");
    CHECK(made.request.image_weight == 75);
    REQUIRE(made.request.pictures.size() == 1);
    CHECK(stored(s, made.request.pictures[0]) == png(7));
    CHECK(made.prompt == "https://x.example/a.png a fox --iw 2");
}

TEST_CASE("pictures keep their order: those of the prompt first") {
    scene s;
    s.web.show("https://x.example/1", png(1));
    s.web.show("https://x.example/3", png(3));
    const auto made = accepted_picture(
        s,
        {{"prompt", "https://x.example/1 a fox"},
         {"base64Array", {to_base64(png(2)), "https://x.example/3"}},
         {"base64", to_base64(png(4))}}
    );
    REQUIRE(made.request.pictures.size() == 1);
    CHECK(stored(s, made.request.pictures[0]) == png(1));
    REQUIRE(made.request.style_references.size() == 3);
    CHECK(stored(s, made.request.style_references[0]) == png(2));
    CHECK(stored(s, made.request.style_references[1]) == png(3));
    CHECK(stored(s, made.request.style_references[2]) == png(4));
}

TEST_CASE("the old field base64 that repeats base64Array is not a second picture") {
    scene s;
    const auto made = accepted_picture(
        s, {{"prompt", "a"}, {"base64Array", {to_base64(png())}}, {"base64", to_base64(png())}}
    );
    CHECK(made.request.pictures.size() == 1);
    CHECK(made.request.style_references.empty());
}

TEST_CASE("our own picture is read from the store, without HTTP") {
    scene s;
    const std::string id = s.finished_imagine(2);
    for (const std::string& address :
         {"http://pictures.example/mj/image/" + id + "/2",
          "HTTP://pictures.example/v1/mj/image/" + id + "/2?thumb=1"}) {
        CAPTURE(address);
        const auto made = accepted_picture(s, {{"prompt", address + " a fox"}});
        CHECK(stored(s, made.request.pictures[0]) == png(2));
    }
    CHECK(s.web.asked.empty());
    const std::string missing =
        refused_picture(s, {{"prompt", "http://pictures.example/mj/image/" + id + "/9 a fox"}});
    CHECK(mentions(missing, "prompt"));
    CHECK(s.web.asked.empty());
}

TEST_CASE("input pictures cannot be had by their address") {
    scene s;
    const auto made = accepted_picture(s, {{"prompt", "a"}, {"base64Array", {to_base64(png())}}});
    const auto& input = made.request.pictures[0];
    const std::string address =
        "http://pictures.example/mj/image/" + input.id + "/" + std::to_string(input.n);
    CHECK(!api::own_picture({s.pictures, "http://pictures.example"}, address));
}

TEST_CASE("an address is ours only with our scheme, host, port and path") {
    const std::string id(16, '1');
    const store::picture_addresses pictures(store::picture_addresses::kind::open);
    const auto is_ours = [&](const std::string& base, const std::string& address) {
        return api::own_picture({pictures, base}, address).has_value();
    };
    CHECK(is_ours("http://h:8080", "http://h:8080/mj/image/" + id));
    CHECK(is_ours("http://h:8080", "http://h:8080/mj/mj/image/" + id + "/3"));
    CHECK(is_ours("https://h/base", "https://h/base/mj/image/" + id));
    CHECK(!is_ours("https://h/base", "https://h/mj/image/" + id));
    CHECK(!is_ours("http://h:8080", "http://h:8081/mj/image/" + id));
    CHECK(!is_ours("http://h:8080", "https://h:8080/mj/image/" + id));
    CHECK(!is_ours("http://h:8080", "http://other:8080/mj/image/" + id));
    CHECK(!is_ours("http://h:8080", "http://h:8080/mj/image/17"));
    CHECK(!is_ours("http://h:8080", "http://h:8080/mj/image/" + id + "/90"));
    CHECK(!is_ours("http://h:8080", "http://h:8080/mj/image/" + id + "/x"));
    CHECK(!is_ours("http://h:8080", "http://h:8080/mj/task/" + id + "/fetch"));
    const task::picture_ref third{id, 3};
    const api::shown_at here{pictures, "http://h"};
    const auto own = api::own_picture(here, api::picture_address(here, third));
    REQUIRE(own);
    CHECK(own->picture == third);
    CHECK(own->open);
    CHECK(api::picture_address(here, {id, 0}) == "http://h/mj/image/" + id);
}

TEST_CASE("a private address is refused, naming fetch.allow and asking nobody") {
    scene s;
    for (const char* address :
         {"http://127.0.0.1/a.png",
          "http://10.1.2.3/a.png",
          "http://[::1]/a.png",
          "http://localhost/a.png",
          "http://169.254.169.254/latest/meta-data"}) {
        CAPTURE(address);
        const auto in_prompt = refused_picture(s, {{"prompt", std::string(address) + " a"}});
        CHECK(mentions(in_prompt, "fetch.allow"));
        CHECK(mentions(in_prompt, "prompt"));
        const auto in_array = refused_picture(s, {{"prompt", "a"}, {"base64Array", {address}}});
        CHECK(mentions(in_array, "fetch.allow"));
        CHECK(mentions(in_array, "base64Array"));
    }
    CHECK(s.web.asked.empty());
}

TEST_CASE("a name or a redirect that leads to a private address is refused") {
    scene s;
    s.web.resolves_to["rebound.example"] = "10.0.0.1";
    s.web.show("http://rebound.example/a.png", png());
    CHECK(
        mentions(refused_picture(s, {{"prompt", "http://rebound.example/a.png a"}}), "fetch.allow")
    );
    s.web.redirect("http://x.example/a.png", "http://127.0.0.1:6379/");
    CHECK(mentions(refused_picture(s, {{"prompt", "http://x.example/a.png a"}}), "fetch.allow"));
}

TEST_CASE("fetch.allow permits what is not public") {
    scene_options options;
    options.api.fetch_rules = *http::egress_policy::parse({"127.0.0.1:9999"});
    scene s(options);
    s.web.show("http://127.0.0.1:9999/a.png", png(5));
    s.web.redirect("http://127.0.0.1:9999/moved", "/a.png");
    const auto made = accepted_picture(s, {{"prompt", "http://127.0.0.1:9999/moved a"}});
    CHECK(stored(s, made.request.pictures[0]) == png(5));
    CHECK(mentions(refused_picture(s, {{"prompt", "http://127.0.0.1:9998/a.png a"}}), "fetch.allow")
    );
}

TEST_CASE("a failed fetch names the field and the host, and nothing that was found there") {
    scene s;
    http::response missing;
    missing.status = 404;
    missing.body = "secret page";
    s.web.pages["http://x.example/gone"] = missing;
    s.web.show("http://x.example/page", "<html>secret page</html>");
    for (int i = 0; i < 5; ++i) {
        s.web.redirect("http://x.example/" + std::to_string(i), std::to_string(i + 1));
    }
    s.web.show("http://x.example/5", png());
    for (const char* where : {"gone", "page", "0", "nobody-answers"}) {
        CAPTURE(where);
        const auto why = refused_picture(
            s, {{"prompt", "a"}, {"base64Array", {std::string("http://x.example/") + where}}}
        );
        CHECK(mentions(why, "base64Array"));
        CHECK(mentions(why, "x.example"));
        CHECK(!mentions(why, "secret"));
        CHECK(!mentions(why, where));
    }
    // Three redirects are followed.
    accepted_picture(s, {{"prompt", "http://x.example/2 a"}});
}

TEST_CASE("a malformed address is refused by field") {
    scene s;
    for (const char* address : {"http://", "http://user:pw@x.example/a.png", "https://0x7f.1/a"}) {
        CAPTURE(address);
        CHECK(mentions(
            refused_picture(s, {{"prompt", "a"}, {"base64Array", {address}}}), "base64Array"
        ));
    }
    CHECK(s.web.asked.empty());
}

TEST_CASE("a picture may have 10 MB, wherever it comes from") {
    scene s;
    std::string bytes = png();
    bytes.append(10 * 1024 * 1024 - bytes.size(), 'x');
    s.web.show("http://x.example/full", bytes);
    s.web.show("http://x.example/more", bytes + 'x');
    accepted_picture(s, {{"prompt", "http://x.example/full a"}});
    refused_picture(s, {{"prompt", "http://x.example/more a"}});
    for (const auto& asked : s.web.asked) {
        CHECK(asked.max_body_bytes == 10 * 1024 * 1024);
        CHECK(asked.deadline <= milliseconds(15000));
        CHECK(asked.egress != nullptr);
    }
}

TEST_CASE("a picture whose header promises too many pixels is refused") {
    scene s;
    std::string bytes = png();
    bytes.replace(16, 8, std::string("\0\0\xff\xff\0\0\xff\xff", 8)); // the size in IHDR
    const auto why = refused_picture(s, {{"prompt", "a"}, {"base64Array", {to_base64(bytes)}}});
    CHECK(mentions(why, "pixels"));
}

TEST_CASE("six pictures are too many, also when some stand in the prompt") {
    scene s;
    const json body{
        {"prompt", "https://x.example/1 https://x.example/2 a"},
        {"base64Array", json(4, to_base64(png()))}
    };
    CHECK(mentions(refused_picture(s, body), "5"));
    CHECK(s.web.asked.empty());
}

TEST_CASE("--sref becomes style references, --cref and --oref one character reference") {
    scene s;
    for (int i = 1; i <= 4; ++i) {
        s.web.show("https://x.example/" + std::to_string(i), png(static_cast<std::uint8_t>(i)));
    }
    const auto made = accepted_picture(
        s,
        {{"prompt",
          "a fox --sref https://x.example/1 https://x.example/2 --cref https://x.example/3 "
          "https://x.example/4"}}
    );
    CHECK(made.request.what == operation::generate);
    REQUIRE(made.request.style_references.size() == 2);
    CHECK(stored(s, made.request.style_references[1]) == png(2));
    REQUIRE(made.request.character_references.size() == 1);
    CHECK(stored(s, made.request.character_references[0]) == png(3));
    REQUIRE(!made.notes.empty());
    CHECK(mentions(made.notes.back(), "--cref"));
    CHECK(mentions(refused_picture(s, {{"prompt", "a --sref http://127.0.0.1/a"}}), "--sref"));
    CHECK(mentions(refused_picture(s, {{"prompt", "a --oref http://127.0.0.1/a"}}), "--oref"));
}

TEST_CASE("--edit edits its pictures as the prompt says, or remixes the first") {
    const json body{
        {"prompt", "a blue hat --edit https://x.example/1 https://x.example/2 --hd"},
        {"base64Array", json(1, to_base64(png(3)))}
    };
    const auto show = [](scene& s) {
        for (int i = 1; i <= 2; ++i) {
            s.web.show("https://x.example/" + std::to_string(i), png(static_cast<std::uint8_t>(i)));
        }
    };
    scene s;
    show(s);
    const auto made = accepted_picture(s, body);
    CHECK(made.request.what == operation::instruct_edit);
    CHECK(made.request.prompt == "a blue hat");
    REQUIRE(made.request.pictures.size() == 3);
    CHECK(stored(s, made.request.pictures[0]) == png(1));
    CHECK(stored(s, made.request.pictures[1]) == png(2));
    CHECK(stored(s, made.request.pictures[2]) == png(3));
    CHECK(made.request.style_references.empty());

    scene_options options;
    options.operations = {operation::generate, operation::remix};
    scene without(options);
    show(without);
    const auto remixed = accepted_picture(without, body);
    CHECK(remixed.request.what == operation::remix);
    REQUIRE(remixed.request.pictures.size() == 1);
    CHECK(stored(without, remixed.request.pictures[0]) == png(1));
    CHECK(remixed.request.style_references.empty());
    CHECK(std::any_of(remixed.notes.begin(), remixed.notes.end(), [](const std::string& note) {
        return note.starts_with("--edit: ");
    }));
    CHECK(mentions(refused_picture(s, {{"prompt", "a --edit http://127.0.0.1/a"}}), "--edit"));
}

TEST_CASE("references that the model has no use for are dropped and noted, not fetched") {
    scene s;
    const auto made = accepted_picture(
        s, {{"prompt", "a --v 5 --sref https://x.example/1 --cref https://x.example/2"}}
    );
    CHECK(made.request.style_references.empty());
    CHECK(made.request.character_references.empty());
    CHECK(s.web.asked.empty());
    const auto noted = [&made](std::string_view flag) {
        return std::any_of(made.notes.begin(), made.notes.end(), [flag](const std::string& note) {
            return note.starts_with(flag);
        });
    };
    CHECK(noted("--sref"));
    CHECK(noted("--cref"));
}

TEST_CASE("style references over 10 MB together are dropped from the end") {
    scene s;
    std::string bytes = png();
    bytes.append(6 * 1024 * 1024, 'x');
    s.web.show("https://x.example/1", bytes);
    s.web.show("https://x.example/2", bytes);
    const auto made =
        accepted_picture(s, {{"prompt", "a --sref https://x.example/1 https://x.example/2"}});
    CHECK(made.request.style_references.size() == 1);
    REQUIRE(!made.notes.empty());
    CHECK(mentions(made.notes.back(), "10 MB"));
}

TEST_CASE("pictures without a word get words, because Ideogram demands a prompt") {
    scene s;
    s.web.show("https://x.example/1", png(1));
    const auto made = accepted_picture(s, {{"prompt", "https://x.example/1"}});
    CHECK(!made.request.prompt.empty());
    CHECK(made.prompt == "https://x.example/1");
}

TEST_CASE("the pictures of a submit that makes no task do not stay") {
    scene_options options;
    options.api.queue_limit = 0;
    scene s(options);
    const json answer = submit_imagine(s, {{"prompt", "a"}, {"base64Array", {to_base64(png())}}});
    REQUIRE(answer["code"] == 23);
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(s.images->root())) {
        files += entry.is_regular_file() ? 1 : 0;
    }
    CHECK(files == 0);
}

TEST_CASE("a repeated submit keeps the first one's pictures and no others") {
    scene s;
    const header_list key{{"Idempotency-Key", "k"}};
    const json body{{"prompt", "a"}, {"base64Array", {to_base64(png())}}};
    const std::string id = json_of(s.post(imagine_path, body, key))["result"];
    REQUIRE(json_of(s.post(imagine_path, body, key))["result"] == id);
    CHECK(s.images->find(id, 70).has_value());
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(s.images->root())) {
        files += entry.is_regular_file() ? 1 : 0;
    }
    CHECK(files == 1);
}
