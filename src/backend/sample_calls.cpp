#include "imagined/backend/sample_calls.hpp"

#include "imagined/http/multipart.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace imagined::backend {

namespace {

using nlohmann::json;

// Something for every field, so that what is missing is what the dialect does not take.
task::render_request sample_of(const form& spoken) {
    task::render_request request;
    request.what = spoken.what;
    request.model = spoken.with;
    request.speed = task::rendering_speed::turbo;
    request.prompt = "a red fox";
    request.negative_prompt = "fog";
    request.aspect = task::ratio{16, 9};
    request.seed = 7;
    request.magic = task::magic_prompt::off;
    request.style_type = "DESIGN";
    request.color_palette = R"({"members":[{"color_hex":"#C04000","color_weight":0.5}]})";
    request.style_references = {{"style", 1}};
    const auto& fields = spoken.fields;
    const auto takes = [&fields](field what) {
        return std::any_of(fields.begin(), fields.end(), [what](const form_field& of) {
            return of.what == what;
        });
    };
    if (takes(field::picture)) {
        request.pictures = {{"picture", 1}};
    }
    if (takes(field::mask)) {
        request.mask = task::picture_ref{"mask", 1};
    }
    if (takes(field::image_weight)) {
        request.image_weight = 50;
    }
    if (takes(field::resemblance)) {
        request.resemblance = 50;
        request.detail = 50;
    }
    if (takes(field::upscale_factor)) {
        request.upscale_factor = "X2";
    }
    if (takes(field::describe_model)) {
        request.describe_model = "V_3";
    }
    return request;
}

std::string shown_body(const wire_request& call) {
    const auto type = call.headers.get("Content-Type");
    if (type.starts_with("application/json")) {
        return nlohmann::ordered_json::parse(call.body).dump(2);
    }
    std::string text;
    const auto parts = http::read_multipart(type, call.body);
    for (const http::part& one : parts.value()) {
        text += text.empty() ? "" : "\n";
        text += one.filename.empty()
                    ? fmt::format("{}: {}", one.name, one.body)
                    : fmt::format("{}: <{}, {}>", one.name, one.filename, one.content_type);
    }
    return text;
}

std::string shown_key(key_header in) {
    http::fields headers;
    put_key(headers, in, "<key>");
    const auto one = *headers.begin();
    return fmt::format("{}: {}", one.name, one.value);
}

std::string sample_call(const form_dialect& of, const form& spoken) {
    const auto request = sample_of(spoken);
    const auto bytes = [](const task::picture_ref&) -> result<std::string> {
        return std::string("\x89PNG\r\n\x1a\n"); // as much as tells its type
    };
    const auto links = [](const task::picture_ref& ref) -> result<std::string> {
        return fmt::format("https://your.server/{}.png", ref.id);
    };
    const auto call = of.encode(request, {.first = 1, .count = 1, .seed = 7}, bytes, links);
    if (!call) {
        return call.error().detail;
    }
    std::string type(call->headers.get("Content-Type"));
    type.resize(std::min(type.find(';'), type.size()));
    std::string text = fmt::format(
        "POST {}\n{}\nContent-Type: {}\n\n{}\n",
        call->path,
        shown_key(of.key_goes_in()),
        type,
        shown_body(*call)
    );
    if (const auto lost = of.inexpressible(request); !lost.empty()) {
        text += fmt::format("\nnot sent: {}\n", fmt::join(lost, ", "));
    }
    return text;
}

// Forms of several models that differ in nothing but the model.
bool alike(const form& one, const form& other) {
    return one.what == other.what && one.path == other.path
           && std::equal(
               one.fields.begin(),
               one.fields.end(),
               other.fields.begin(),
               other.fields.end(),
               [](const form_field& a, const form_field& b) { return a.name == b.name; }
           );
}

} // namespace

std::string sample_calls(const form_dialect& of) {
    std::string text = fmt::format("dialect {}\n", of.name());
    const auto& forms = of.forms();
    for (auto at = forms.begin(); at != forms.end(); ++at) {
        if (std::any_of(forms.begin(), at, [&](const form& before) {
                return alike(before, *at);
            })) {
            continue;
        }
        std::vector<std::string_view> models;
        for (const form& one : forms) {
            if (!one.any_model && alike(one, *at)) {
                models.push_back(task::to_string(one.with));
            }
        }
        text += fmt::format(
            "\n## {}{}{}\n\n{}",
            task::to_string(at->what),
            models.empty() ? "" : ": ",
            fmt::join(models, ", "),
            sample_call(of, *at)
        );
    }
    text += fmt::format(
        "\n## answer\n\npictures: {}\n", of.pictures_at().empty() ? "/data/*/url" : of.pictures_at()
    );
    return text;
}

} // namespace imagined::backend
