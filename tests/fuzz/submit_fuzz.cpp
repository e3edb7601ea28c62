// Bodies of the API's routes, through the real handlers on the in-memory queue. An input is a path
// without its first slash, a line feed, and the body; an empty body makes it a GET.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "expect.hpp"
#include "scene.hpp"

#include <cstdint>
#include <cstdlib>
#include <memory>

namespace imagined::test {

namespace {

constexpr int inputs_per_scene = 2000;             // tasks and pictures pile up in one
constexpr auto own_page = "http://localhost:3000"; // an origin that a server without keys lets in

// A submit's answer is what every client reads without asking.
void check_submit(const http::response& answer, std::string_view path) {
    const auto told = nlohmann::json::parse(answer.text(), nullptr, false);
    expect(told.is_object(), "JSON in UTF-8", answer.text());
    expect(told.contains("code") && told["code"].is_number_integer(), "a code", answer.text());
    expect(told.contains("description") && told["description"].is_string(), "a description");
    expect(told.contains("result"), "a result", answer.text());
    expect(told.contains("properties") && told["properties"].is_object(), "properties", path);
    const int code = told["code"];
    const bool accepted = code == 1 || code == 21 || code == 22;
    expect(accepted != told["result"].is_null(), "a result exactly when accepted", answer.text());
    expect(answer.status == 200 || !accepted, "accepted with 200", answer.text());
}

// Nobody draws here: a request that waits for its pictures would do so for ever.
std::string not_held(std::string path) {
    const auto mark = path.find('?');
    if (path.find("images") != std::string::npos && mark == std::string::npos) {
        return path + "?async=true";
    }
    return mark == std::string::npos ? path : path.insert(mark + 1, "async=true&");
}

// What scene.cpp requires of itself; a failure is a fault of this target.
void on_doctest(const doctest::AssertData& data) {
    expect((data.m_at & doctest::assertType::is_require) == 0, "the scene stands", data.m_expr);
}

class target {
public:
    target() : framework_(0, nullptr) {
        framework_.setAsDefaultForAssertsOutOfTestCases();
        framework_.setAssertHandler(on_doctest);
    }

    void take(std::string_view bytes) {
        input from(bytes);
        const std::string path = not_held(std::string(from.line()));
        const std::string body(from.rest());
        if (!scene_ || ++taken_ >= inputs_per_scene) {
            begin();
        }
        const auto answer =
            scene_->send(body.empty() ? "GET" : "POST", "/" + path, body, {{"Origin", own_page}});
        expect(answer.status >= 200 && answer.status < 500, "no failure of ours", answer.text());
        expect(
            answer.headers.get("Access-Control-Allow-Origin") == own_page,
            "an answer its pages may read"
        );
        if (path.starts_with("mj/submit/")) {
            check_submit(answer, path);
        }
    }

private:
    // The parent has the first id that the queue in memory gives.
    void begin() {
        scene_.reset();
        scene_ = std::make_unique<scene>();
        scene_->finished_imagine();
        taken_ = 0;
    }

    doctest::Context framework_;
    std::unique_ptr<scene> scene_;
    int taken_ = 0;
};

} // namespace

} // namespace imagined::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static auto& one = *new imagined::test::target; // never destroyed: libFuzzer ends by exit
    one.take({reinterpret_cast<const char*>(data), size});
    return 0;
}
