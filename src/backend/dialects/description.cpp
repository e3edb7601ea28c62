#include "imagined/backend/dialect_description.hpp"

#include "imagined/backend/words.hpp"
#include "imagined/task/framing.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <map>
#include <optional>
#include <utility>

namespace imagined::backend {

namespace {

using nlohmann::json;
using task::operation;

// One of our names: what it means to V_3 and to the older models, and the words that it may hold:
// those that every relay documents, and all that anybody does.
struct our_field {
    std::string_view name;
    field newest;
    field older;
    word_list usual = {};
    word_list usual_older = {};
    word_list known = {}; // empty: `usual`
    std::size_t most = 1;

    field meant(bool old) const { return old ? older : newest; }
};

constexpr our_field same(std::string_view name, field what, word_list usual = {}) {
    return {.name = name, .newest = what, .older = what, .usual = usual, .usual_older = usual};
}

constexpr our_field several(std::string_view name, field what, std::size_t most) {
    return {.name = name, .newest = what, .older = what, .most = most};
}

constexpr std::size_t most_codes = 16;
constexpr std::size_t most_style_references = 10;

constexpr std::array our_fields{
    same("prompt", field::prompt),
    same("negative_prompt", field::negative_prompt),
    our_field{
        .name = "aspect_ratio",
        .newest = field::v3_aspect,
        .older = field::legacy_aspect,
        .usual = words::v3_aspects,
        .usual_older = words::legacy_aspects
    },
    our_field{
        .name = "resolution", .newest = field::v3_resolution, .older = field::legacy_resolution
    },
    same("model", field::model),
    same("magic_prompt", field::magic_prompt, words::magic),
    same("seed", field::seed),
    same("num_images", field::num_images),
    our_field{
        .name = "style_type",
        .newest = field::style_type,
        .older = field::style_type,
        .usual = words::v3_styles,
        .usual_older = words::legacy_styles,
        .known = words::all_styles
    },
    same("style_preset", field::style_preset, words::v3_presets),
    our_field{
        .name = "rendering_speed",
        .newest = field::rendering_speed,
        .older = field::rendering_speed,
        .usual = words::speeds_without_flash,
        .usual_older = words::speeds_without_flash,
        .known = words::speeds
    },
    same("image_weight", field::image_weight),
    same("resemblance", field::resemblance),
    same("detail", field::detail),
    several("style_codes", field::style_codes, most_codes),
    same("color_palette", field::color_palette),
    same("upscale_factor", field::upscale_factor, words::upscale_factors),
    same("describe_model_version", field::describe_model, words::describe_models),
    same("transparent_background", field::transparent_background, words::booleans),
    same("custom_model_uri", field::custom_model),
    same("enable_copyright_detection", field::copyright_detection, words::booleans),
    same("image", field::picture),
    same("mask", field::mask),
    several("style_reference_images", field::style_references, most_style_references),
    same("character_reference_images", field::character_references),
    same("character_reference_images_mask", field::character_masks)
};

const our_field* find_our_field(std::string_view name) {
    const auto* at = std::find_if(our_fields.begin(), our_fields.end(), [&](const our_field& one) {
        return one.name == name;
    });
    return at == our_fields.end() ? nullptr : at;
}

// The names that `fields` and `values` may have.
std::vector<std::string_view> described_fields() {
    std::vector<std::string_view> names;
    for (const our_field& one : our_fields) {
        names.push_back(one.name);
    }
    return names;
}

// Everything that `values` of a field may name; empty: it has no words.
std::vector<std::string> words_of(const our_field& of, bool old) {
    std::vector<std::string> all;
    const auto add = [&all](word_list words) { all.insert(all.end(), words.begin(), words.end()); };
    switch (of.meant(old)) {
    case field::v3_resolution:
        return task::v3_resolution_names();
    case field::legacy_resolution:
        return task::legacy_resolution_names();
    case field::model:
        for (const task::model one : task::all_models) {
            all.emplace_back(task::to_string(one));
        }
        return all;
    case field::color_palette:
        all = {"name", "members", "color_hex", "color_weight"};
        add(words::palettes);
        return all;
    default:
        add(!of.known.empty() ? of.known : old ? of.usual_older : of.usual);
        return all;
    }
}

bool is_older(task::model with) {
    return with != task::model::v3;
}

// What the older models do not know of what their operations take (ideogram-api.md §4).
bool knows(task::model with, field what) {
    const task::model base = task::base_of(with);
    switch (what) {
    case field::style_type:
        return base != task::model::v1;
    case field::negative_prompt:
        return base != task::model::v2a;
    case field::legacy_resolution:
    case field::color_palette:
        return base == task::model::v2 || !is_older(with);
    default:
        return true;
    }
}

// What an operation cannot do without, where its form has it.
bool is_needed(operation what, field of) {
    switch (of) {
    case field::prompt:
        return what != operation::upscale;
    case field::picture:
    case field::mask:
        return true;
    case field::v3_resolution:
    case field::legacy_resolution:
        return what == operation::reframe;
    default:
        return false;
    }
}

// What no description of an operation may leave out.
std::vector<std::string_view> indispensable(operation what) {
    switch (what) {
    case operation::generate:
    case operation::generate_transparent:
        return {"prompt"};
    case operation::upscale:
    case operation::describe:
    case operation::remove_background:
    case operation::reframe:
        return {"image"};
    default:
        return {"prompt", "image"};
    }
}

template <class List>
std::string listed(const List& names) {
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string below(const std::string& where, std::string_view name) {
    return where.empty() ? std::string(name) : fmt::format("{}.{}", where, name);
}

// In RFC 6901 a ~ stands before 0 or 1 only.
bool is_pointer(const std::string& text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char next = i + 1 < text.size() ? text[i + 1] : ' ';
        if (text[i] == '~' && next != '0' && next != '1') {
            return false;
        }
    }
    return text.empty() || text.starts_with('/');
}

class description_reader {
public:
    explicit description_reader(const json& described) : described_(described) {}

    described_dialect read() &&;

private:
    // One name of `fields`.
    struct naming {
        const our_field* ours = nullptr;
        std::string theirs;
        std::string where;
    };

    void flaw(std::string where, std::string why) {
        flaws_.push_back({std::move(where), std::move(why)});
    }

    // The member, where it is there and has the type; else a flaw if it is there, and null.
    const json*
    member(const json& of, const std::string& where, std::string_view name, json::value_t is);
    std::string text(const json& of, const std::string& where, std::string_view name);
    std::vector<std::string> texts(const json& of, const std::string& where, std::string_view name);
    void demand_known(
        const json& of, const std::string& where, std::initializer_list<std::string_view> names
    );
    std::string word(
        const json& of,
        const std::string& where,
        std::string_view name,
        std::initializer_list<std::string_view> allowed
    );

    void read_operations();
    void read_operation(operation what, const std::string& where, const json& one);
    std::vector<task::model> models_of(operation what, const std::string& where, const json& one);
    void read_shape(form& into, const std::string& where, const json& one, const form* base);
    std::vector<naming> read_namings(const std::string& where, const json& one);
    void add_naming(
        std::vector<naming>& into,
        const std::string& where,
        std::string_view ours,
        const json& theirs
    );
    void read_words(
        form_field& into, const our_field& ours, bool old, const std::string& where, const json& one
    );
    void read_constants(form& into, const std::string& where, const json& one);
    form_field read_field(
        const form& of,
        const naming& named,
        const std::string& where,
        const json& one,
        const form_field* base
    );
    void
    check_mentions(const json& one, const std::string& where, const std::vector<naming>& named);
    void check_form(const form& made, const std::string& where, const std::vector<naming>& named);
    std::string pictures_at();

    const json& described_;
    std::vector<description_flaw> flaws_;
    const form_dialect* base_ = nullptr;
    std::string prefix_;
    std::vector<form> forms_;
};

std::string_view type_name(json::value_t is) {
    switch (is) {
    case json::value_t::object:
        return "a table";
    case json::value_t::array:
        return "a list";
    default:
        return "a text";
    }
}

const json* description_reader::member(
    const json& of, const std::string& where, std::string_view name, json::value_t is
) {
    const auto at = of.find(name);
    if (at == of.end()) {
        return nullptr;
    }
    if (at->type() != is) {
        flaw(below(where, name), fmt::format("expected {}", type_name(is)));
        return nullptr;
    }
    return &*at;
}

std::string
description_reader::text(const json& of, const std::string& where, std::string_view name) {
    const json* at = member(of, where, name, json::value_t::string);
    return at == nullptr ? std::string() : at->get<std::string>();
}

std::vector<std::string>
description_reader::texts(const json& of, const std::string& where, std::string_view name) {
    std::vector<std::string> all;
    const auto at = of.find(name);
    if (at == of.end()) {
        return all;
    }
    const bool fine = at->is_array() && std::all_of(at->begin(), at->end(), [](const json& one) {
                          return one.is_string();
                      });
    if (!fine) {
        flaw(below(where, name), "expected a list of texts");
        return all;
    }
    return at->get<std::vector<std::string>>();
}

void description_reader::demand_known(
    const json& of, const std::string& where, std::initializer_list<std::string_view> names
) {
    for (const auto& [name, value] : of.items()) {
        if (std::find(names.begin(), names.end(), name) == names.end()) {
            flaw(below(where, name), fmt::format("unknown; expected one of {}", listed(names)));
        }
    }
}

std::string description_reader::word(
    const json& of,
    const std::string& where,
    std::string_view name,
    std::initializer_list<std::string_view> allowed
) {
    std::string said = text(of, where, name);
    if (!said.empty() && std::find(allowed.begin(), allowed.end(), said) == allowed.end()) {
        flaw(
            below(where, name), fmt::format("expected one of {}, not \"{}\"", listed(allowed), said)
        );
        said.clear();
    }
    return said;
}

// Without `models`: V_3, where the operation knows models at all.
std::vector<task::model>
description_reader::models_of(operation what, const std::string& where, const json& one) {
    std::vector<task::model> models;
    for (const std::string& name : texts(one, where, "models")) {
        if (const auto model = task::parse_model(name)) {
            models.push_back(*model);
        } else {
            std::vector<std::string_view> all;
            for (const task::model known : task::all_models) {
                all.push_back(task::to_string(known));
            }
            flaw(
                below(where, "models"),
                fmt::format("expected some of {}, not \"{}\"", listed(all), name)
            );
        }
    }
    if (!knows_models(what) && one.contains("models")) {
        flaw(below(where, "models"), fmt::format("{} knows no models", task::to_string(what)));
    }
    if (models.empty()) {
        models.push_back(task::model::v3);
    }
    return models;
}

// Path and envelope.
void description_reader::read_shape(
    form& into, const std::string& where, const json& one, const form* base
) {
    std::string path = text(one, where, "path");
    if (path.empty() && base != nullptr) {
        path = base->path;
    }
    const bool clean = std::all_of(path.begin(), path.end(), [](unsigned char c) {
        return c > ' ' && c < 0x7f && c != '#';
    });
    if (!path.starts_with('/') || !clean) {
        flaw(below(where, "path"), "expected a path that begins with /, such as \"/v1/draw\"");
    }
    into.path = prefix_ + path;

    // A list: the first is what is sent, a second one is documented as well.
    std::string body;
    const auto told = one.find("body");
    if (told != one.end() && told->is_array()) {
        into.json_too = *told == json::array({"multipart", "json"});
        body = into.json_too ? "multipart" : "";
        if (!into.json_too) {
            flaw(below(where, "body"), "expected json, multipart, or [\"multipart\", \"json\"]");
        }
    } else {
        body = word(one, where, "body", {"json", "multipart"});
        if (told == one.end() && base == nullptr) {
            flaw(below(where, "body"), "is required: json or multipart");
        }
    }
    const std::string wrap = word(one, where, "wrap", {"image_request"});
    if (told == one.end() && base != nullptr) {
        into.shape = base->shape;
        into.json_too = base->json_too;
    } else if (body == "json") {
        into.shape = wrap.empty() ? envelope::json : envelope::json_image_request;
    } else {
        into.shape = wrap.empty() ? envelope::multipart : envelope::multipart_image_request;
    }

    const std::string pictures = word(one, where, "pictures", {"file", "link", "base64"});
    if (!pictures.empty()) {
        into.pictures = pictures == "file"   ? picture_form::file
                        : pictures == "link" ? picture_form::link
                                             : picture_form::base64;
    } else if (base != nullptr && told == one.end()) {
        into.pictures = base->pictures;
    }
}

void description_reader::add_naming(
    std::vector<naming>& into, const std::string& where, std::string_view ours, const json& theirs
) {
    const std::string at = below(where, ours);
    const our_field* known = find_our_field(ours);
    if (known == nullptr) {
        flaw(at, fmt::format("unknown field; expected one of {}", listed(described_fields())));
        return;
    }
    const std::string name = theirs.is_string() ? theirs.get<std::string>() : std::string();
    const bool clean = std::none_of(name.begin(), name.end(), [](unsigned char c) {
        return c < ' ' || c == '"' || c == 0x7f;
    });
    if (name.empty() || !clean || (name.starts_with('/') && !is_pointer(name))) {
        flaw(at, "expected their name of it, a text");
        return;
    }
    const bool twice = std::any_of(into.begin(), into.end(), [&](const naming& other) {
        return other.ours == known || other.theirs == name;
    });
    if (twice) {
        flaw(at, fmt::format("\"{}\" is named twice", name));
        return;
    }
    into.push_back({known, name, at});
}

// A table of ours = theirs, or a list of names that are the same there and of such tables.
std::vector<description_reader::naming>
description_reader::read_namings(const std::string& where, const json& one) {
    std::vector<naming> all;
    const auto at = one.find("fields");
    const std::string here = below(where, "fields");
    if (at == one.end() || at->empty() || !at->is_structured()) {
        flaw(here, "expected a table of our names and theirs, { prompt = \"text\" }");
        return all;
    }
    const json entries = at->is_array() ? *at : json::array({*at});
    for (const json& entry : entries) {
        if (entry.is_string()) {
            add_naming(all, here, entry.get_ref<const std::string&>(), entry);
        } else if (entry.is_object()) {
            for (const auto& [ours, theirs] : entry.items()) {
                add_naming(all, here, ours, theirs);
            }
        } else {
            flaw(here, "expected names");
        }
    }
    return all;
}

// `values`: a table of our words and theirs, or a list of words that are the same there. A field
// with values has no others.
void description_reader::read_words(
    form_field& into, const our_field& ours, bool old, const std::string& where, const json& one
) {
    const json* values = member(one, where, "values", json::value_t::object);
    const auto told = values == nullptr ? json::const_iterator() : values->find(ours.name);
    if (values == nullptr || told == values->end()) {
        return;
    }
    const std::string here = below(where, fmt::format("values.{}", ours.name));
    const auto known = words_of(ours, old);
    if (known.empty()) {
        flaw(here, "has no words of its own");
        return;
    }
    if (!told->is_structured() || told->empty()) {
        flaw(here, "expected a table of our values and theirs, { TURBO = \"fast\" }");
        return;
    }
    into.allowed.clear();
    into.theirs.clear();
    for (const auto& [key, theirs] : told->items()) {
        const std::string word = told->is_object()    ? key
                                 : theirs.is_string() ? theirs.get<std::string>()
                                                      : theirs.dump();
        if (!contains(known, word)) {
            flaw(here, fmt::format("expected some of {}, not \"{}\"", listed(known), word));
        } else if (theirs.is_structured() || theirs.is_null()) {
            flaw(below(here, word), "expected a text, a number or a boolean");
        }
        into.allowed.push_back(word);
        into.theirs.push_back(told->is_object() ? theirs : json(word));
    }
    const bool as_ours = std::equal(
        into.allowed.begin(),
        into.allowed.end(),
        into.theirs.begin(),
        into.theirs.end(),
        [](const std::string& word, const json& theirs) { return theirs == word; }
    );
    if (as_ours) {
        into.theirs.clear();
    }
    if (into.what == field::color_palette) {
        // Its words are not the set of its values: what has no spelling of its own keeps ours.
        for (const std::string& word : known) {
            if (!contains(into.allowed, word)) {
                into.allowed.push_back(word);
                into.theirs.emplace_back(word);
            }
        }
    }
}

form_field description_reader::read_field(
    const form& of,
    const naming& named,
    const std::string& where,
    const json& one,
    const form_field* base
) {
    const bool old = is_older(of.with) && !of.any_model;
    const our_field& ours = *named.ours;
    form_field made;
    if (base != nullptr) {
        made = *base;
    } else {
        made.what = ours.meant(old);
        const word_list usual = old ? ours.usual_older : ours.usual;
        made.allowed.assign(usual.begin(), usual.end());
        made.most = ours.most;
        made.required = is_needed(of.what, made.what);
    }
    made.name = named.theirs;
    read_words(made, ours, old, where, one);
    for (const auto& [key, needed] : {std::pair{"required", true}, std::pair{"optional", false}}) {
        if (contains(texts(one, where, key), ours.name)) {
            made.required = needed;
        }
    }
    if (const json* most = member(one, where, "most", json::value_t::object)) {
        const auto at = most->find(ours.name);
        if (at != most->end() && at->is_number_unsigned() && *at > 0) {
            made.most = at->get<std::size_t>();
        } else if (at != most->end()) {
            flaw(below(where, fmt::format("most.{}", ours.name)), "expected a number from 1");
        }
    }
    if (const json* fallback = member(one, where, "default", json::value_t::object)) {
        const std::string said = text(*fallback, below(where, "default"), ours.name);
        if (!said.empty() && !contains(made.allowed, said)) {
            flaw(
                below(where, fmt::format("default.{}", ours.name)),
                fmt::format("expected one of {}, not \"{}\"", listed(made.allowed), said)
            );
        }
        made.fallback = said.empty() ? made.fallback : said;
    }
    return made;
}

void description_reader::read_constants(form& into, const std::string& where, const json& one) {
    const json* constants = member(one, where, "const", json::value_t::object);
    if (constants == nullptr) {
        return;
    }
    for (const auto& [name, value] : constants->items()) {
        const std::string here = below(where, fmt::format("const.{}", name));
        if (into.named(name) != nullptr) {
            flaw(here, "is one of the fields, too");
        } else if (value.is_null() || (name.starts_with('/') && !is_pointer(name))) {
            flaw(here, "expected a name and a value");
        }
        into.constants[name] = value;
    }
}

// What is said of a field that is not sent says nothing.
void description_reader::check_mentions(
    const json& one, const std::string& where, const std::vector<naming>& named
) {
    const auto check = [&](std::string_view key, const std::string& name) {
        const bool there = std::any_of(named.begin(), named.end(), [&](const naming& of) {
            return of.ours->name == name;
        });
        if (!there) {
            flaw(below(where, fmt::format("{}.{}", key, name)), "is of no field in `fields`");
        }
    };
    for (const std::string_view key : {"values", "most", "default"}) {
        if (const json* table = member(one, where, key, json::value_t::object)) {
            for (const auto& [name, value] : table->items()) {
                check(key, name);
            }
        }
    }
    for (const std::string_view key : {"required", "optional"}) {
        for (const std::string& name : texts(one, where, key)) {
            check(key, name);
        }
    }
}

void description_reader::check_form(
    const form& made, const std::string& where, const std::vector<naming>& named
) {
    for (const std::string_view needed : indispensable(made.what)) {
        const bool there = std::any_of(named.begin(), named.end(), [&](const naming& one) {
            return one.ours->name == needed;
        });
        if (!there) {
            flaw(
                below(where, fmt::format("fields.{}", needed)),
                fmt::format("is required: {} needs it", task::to_string(made.what))
            );
        }
    }
    const bool as_json = made.shape == envelope::json || made.shape == envelope::json_image_request;
    const bool pictured = std::any_of(made.fields.begin(), made.fields.end(), [](const auto& of) {
        return is_file(of.what);
    });
    if (as_json && pictured && made.pictures == picture_form::file) {
        flaw(below(where, "pictures"), "is required: a JSON body takes link or base64");
    }
    json trial; // where each name would stand
    const auto check = [&](const std::string& name, const std::string& at) {
        const bool points = name.starts_with('/');
        if (points && !as_json) {
            flaw(at, "a JSON pointer is for a body of json");
            return;
        }
        try {
            json& place = points ? trial[json::json_pointer(name)] : trial[name];
            if (place.is_null()) {
                place = true;
                return;
            }
        } catch (const json::exception&) { // on its way stands another one's value
        }
        flaw(at, fmt::format("\"{}\" stands where another name does", name));
    };
    for (const auto& [name, value] : made.constants.items()) {
        check(name, below(where, fmt::format("const.{}", name)));
    }
    for (const auto& one : named) {
        check(one.theirs, one.where);
    }
}

void description_reader::read_operation(operation what, const std::string& where, const json& one) {
    if (!one.is_object()) {
        flaw(where, "expected a table");
        return;
    }
    demand_known(
        one,
        where,
        {"models",
         "path",
         "body",
         "wrap",
         "pictures",
         "fields",
         "values",
         "const",
         "required",
         "optional",
         "most",
         "default",
         "unsent"}
    );
    const auto flaws_before = flaws_.size();
    const auto named = read_namings(where, one);
    check_mentions(one, where, named);
    for (const task::model with : models_of(what, where, one)) {
        const form* base = base_ == nullptr ? nullptr : base_->form_of(what, with);
        form made;
        made.what = what;
        made.with = with;
        made.any_model = !knows_models(what);
        read_shape(made, where, one, base);
        for (const naming& name : named) {
            const bool old = is_older(with) && !made.any_model;
            const form_field* kin = base == nullptr ? nullptr : base->find(name.ours->meant(old));
            form_field field = read_field(made, name, where, one, kin);
            if (knows(with, field.what)) {
                made.fields.push_back(std::move(field));
            }
        }
        for (const std::string& name : texts(one, where, "unsent")) {
            made.fields.push_back({.what = field::never_sent, .name = name});
        }
        read_constants(made, where, one);
        check_form(made, where, named);
        forms_.push_back(std::move(made));
        if (flaws_.size() > flaws_before) {
            return; // of its other models the same would be said
        }
    }
}

// Each name's forms; a text in their place means those of another name.
void description_reader::read_operations() {
    const json* operations = member(described_, "", "operations", json::value_t::object);
    if (operations == nullptr || operations->empty()) {
        flaw("operations", "is required: [dialect.operations.generate] and the like");
        return;
    }
    std::map<operation, std::pair<operation, std::string>> same_as;
    for (const auto& [name, told] : operations->items()) {
        const std::string where = below("operations", name);
        const auto what = task::parse_operation(name);
        if (!what) {
            std::vector<std::string_view> all;
            for (const operation known : task::all_operations) {
                all.push_back(task::to_string(known));
            }
            flaw(where, fmt::format("unknown operation; expected one of {}", listed(all)));
        } else if (told.is_string()) {
            const auto other = task::parse_operation(told.get_ref<const std::string&>());
            const auto at = other ? operations->find(task::to_string(*other)) : operations->end();
            if (at == operations->end() || !at->is_structured()) {
                flaw(where, "expected a table, or the name of an operation that has one");
            } else {
                same_as.emplace(*what, std::pair{*other, where});
            }
        } else if (told.is_array()) {
            for (std::size_t i = 0; i < told.size(); ++i) {
                read_operation(*what, fmt::format("{}[{}]", where, i + 1), told[i]);
            }
        } else {
            read_operation(*what, where, told);
        }
    }
    for (const auto& [what, other] : same_as) {
        std::vector<form> copies;
        std::copy_if(forms_.begin(), forms_.end(), std::back_inserter(copies), [&](const form& f) {
            return f.what == other.first;
        });
        for (form& one : copies) {
            one.what = what;
            forms_.push_back(std::move(one));
        }
    }
}

std::string description_reader::pictures_at() {
    const json* answer = member(described_, "", "answer", json::value_t::object);
    if (answer == nullptr) {
        return base_ == nullptr ? "" : base_->pictures_at();
    }
    demand_known(*answer, "answer", {"pictures"});
    std::string pointer = text(*answer, "answer", "pictures");
    if (!is_pointer(pointer)) {
        flaw("answer.pictures", "expected a JSON pointer such as \"/data/*/url\"");
    }
    constexpr std::string_view ideograms = "/data/*/url";
    return pointer == ideograms ? "" : pointer;
}

described_dialect description_reader::read() && {
    demand_known(
        described_, "", {"name", "extends", "auth", "path_prefix", "answer", "operations"}
    );
    if (const std::string base = text(described_, "", "extends"); !base.empty()) {
        base_ = find_form_dialect(base);
        if (base_ == nullptr) {
            flaw(
                "extends",
                fmt::format("expected one of {}, not \"{}\"", listed(dialect_names()), base)
            );
        }
    }
    const auto auth = word(described_, "", "auth", {"api-key", "bearer", "key"});
    prefix_ = text(described_, "", "path_prefix");
    while (prefix_.ends_with('/')) {
        prefix_.pop_back();
    }
    if (!prefix_.empty() && !prefix_.starts_with('/')) {
        flaw("path_prefix", "expected a path that begins with /");
    }
    read_operations();
    const std::string pointer = pictures_at();
    if (!flaws_.empty()) {
        return std::move(flaws_);
    }
    const key_header usual = base_ == nullptr ? key_header::bearer : base_->key_goes_in();
    const key_header key = parse_key_header(auth).value_or(usual);
    return std::make_shared<form_dialect>(
        text(described_, "", "name"), key, std::move(forms_), pointer
    );
}

} // namespace

described_dialect read_dialect(const json& described) {
    return description_reader(described).read();
}

} // namespace imagined::backend
