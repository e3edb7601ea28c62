#include "imagined/task/mapping.hpp"

#include "imagined/task/framing.hpp"
#include "styles.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace imagined::task {

namespace {

// The rendering that --q, --draft or a mode asks for; older models know only the first two.
enum class pace { as_configured, turbo, standard, quality };

pace pace_of(const parsed_prompt& prompt, std::optional<speed_mode> mode) {
    if (prompt.quality) {
        return *prompt.quality < 1      ? pace::turbo
               : *prompt.quality == 1.0 ? pace::standard
                                        : pace::quality;
    }
    if (prompt.draft) {
        return pace::turbo;
    }
    if (!mode) {
        return pace::as_configured;
    }
    return *mode == speed_mode::turbo ? pace::turbo : pace::standard;
}

model at_pace(model m, pace wanted) {
    switch (wanted) {
    case pace::turbo:
        return turbo_of(m);
    case pace::standard:
    case pace::quality:
        return base_of(m);
    case pace::as_configured:
        break;
    }
    return m;
}

rendering_speed speed_of(model m, pace wanted) {
    if (m != model::v3) {
        return rendering_speed::standard; // their speed is the model's name
    }
    switch (wanted) {
    case pace::turbo:
        return rendering_speed::turbo;
    case pace::quality:
        return rendering_speed::quality;
    default:
        return rendering_speed::standard;
    }
}

std::string leading_number(std::string_view version) {
    return std::string(version.substr(0, version.find_first_not_of("0123456789")));
}

bool takes_negative(operation what) {
    return what == operation::generate || what == operation::remix
           || what == operation::generate_transparent;
}

bool takes_aspect(operation what) {
    return takes_negative(what) || what == operation::reframe || what == operation::instruct_edit;
}

class mapping {
public:
    mapping(
        const parsed_prompt& prompt,
        const imagine_defaults& defaults,
        const imagine_context& context,
        operation what
    )
        : prompt_(prompt),
          defaults_(defaults),
          context_(context),
          what_(what),
          niji_(prompt.niji || context.bot_type == bot::niji_journey) {}

    mapped_imagine run() {
        mapped_.mode = context_.mode ? context_.mode : prompt_.mode;
        request().what = what_;
        request().prompt = prompt_.text;
        request().images = defaults_.images;
        choose_model();
        map_style();
        map_negatives();
        map_seed();
        map_aspect();
        map_image_weight();
        note_the_rest();
        return std::move(mapped_);
    }

private:
    render_request& request() { return mapped_.request; }

    void note(std::string text) { mapped_.notes.push_back(std::move(text)); }

    std::string used_model() const { return std::string(to_string(mapped_.request.model)); }

    bool servable(model m) const { return !context_.servable || context_.servable(what_, m); }

    // How the prompt chose the version, for notes.
    std::string version_words() const {
        if (prompt_.niji) {
            return prompt_.niji_version.empty() ? "--niji" : "--niji " + prompt_.niji_version;
        }
        return niji_ ? "botType NIJI_JOURNEY" : "--v " + prompt_.version.value_or("");
    }

    std::string chosen_by() const {
        return niji_ || prompt_.version ? version_words() : "imagine.default_model";
    }

    void choose_model() {
        model wanted = defaults_.default_model;
        if (niji_ || prompt_.version) {
            const auto found =
                defaults_.versions.find(niji_ ? "niji" : leading_number(*prompt_.version));
            if (found != defaults_.versions.end()) {
                wanted = found->second;
            } else {
                note(
                    version_words() + ": no model is configured for it; "
                    + std::string(to_string(wanted)) + " was used"
                );
            }
        }
        if (niji_ && prompt_.version) {
            note("--v " + *prompt_.version + ": niji chooses the model, ignored");
        }
        const pace wanted_pace = pace_of(prompt_, mapped_.mode);
        request().model = served_variant(wanted, wanted_pace);
        request().speed = speed_of(request().model, wanted_pace);
    }

    // The model at the wished pace or else at its usual one, or the default: the first that is
    // served.
    model served_variant(model wanted, pace wanted_pace) {
        const model first = at_pace(wanted, wanted_pace);
        const model fallback = at_pace(defaults_.default_model, wanted_pace);
        std::vector<model> candidates{first, base_of(first), fallback, base_of(fallback)};
        if (context_.any_model) {
            for (const model other : {model::v3, model::v2, model::v2a, model::v1}) {
                candidates.push_back(at_pace(other, wanted_pace));
                candidates.push_back(other);
            }
        }
        for (const model candidate : candidates) {
            if (!servable(candidate)) {
                continue;
            }
            if (base_of(candidate) != base_of(first)) {
                note(
                    chosen_by() + " selects " + std::string(to_string(first))
                    + ", which no backend serves; " + std::string(to_string(candidate))
                    + " was used"
                );
            } else if (candidate != first) {
                note(
                    "no backend serves " + std::string(to_string(first)) + "; "
                    + std::string(to_string(candidate)) + " was used"
                );
            }
            return candidate;
        }
        return first; // nobody can: the caller says so
    }

    void map_style() {
        request().magic = magic_prompt::automatic;
        if (prompt_.style == "raw") {
            request().magic = magic_prompt::off;
        } else if (!prompt_.style.empty()) {
            const auto preset = find_style_preset(prompt_.style);
            if (preset && request().model == model::v3) {
                request().style_preset = std::string(*preset);
            } else {
                note(
                    "--style " + prompt_.style + ": no counterpart in " + used_model() + ", ignored"
                );
            }
        }
        if (niji_) {
            draw_as_anime();
        }
    }

    void draw_as_anime() {
        if (takes_style_type(request().model, "ANIME")) {
            request().style_type = "ANIME";
            return;
        }
        request().prompt += request().prompt.empty() ? "anime style" : ", anime style";
        std::string instead = "\"anime style\" was added to the prompt";
        if (takes_style_type(request().model, "FICTION")) {
            request().style_type = "FICTION";
            instead = "FICTION was used and " + instead;
        }
        note("niji: " + used_model() + " has no style ANIME; " + instead);
    }

    void map_negatives() {
        std::string joined;
        for (const std::string& negative : prompt_.negatives) {
            joined += joined.empty() ? "" : ", ";
            joined += negative;
        }
        if (joined.empty()) {
            return;
        }
        if (!takes_negative_prompt(request().model)) {
            note("--no " + joined + ": " + used_model() + " takes no negative prompt, dropped");
        } else if (!takes_negative(what_)) {
            note(
                "--no " + joined + ": " + std::string(to_string(what_))
                + " takes no negative prompt, dropped"
            );
        } else {
            request().negative_prompt = std::move(joined);
        }
    }

    void map_seed() {
        if (!prompt_.seed) {
            return;
        }
        request().seed = fold_seed(*prompt_.seed);
        if (*request().seed != *prompt_.seed) {
            note(
                "--seed " + std::to_string(*prompt_.seed) + ": folded to "
                + std::to_string(*request().seed)
            );
        }
    }

    void map_aspect() {
        if (!prompt_.aspect) {
            return;
        }
        if (!takes_aspect(what_)) {
            note("--ar: " + std::string(to_string(what_)) + " keeps its picture's shape, ignored");
            return;
        }
        request().aspect = prompt_.aspect;
        const ratio& wanted = *prompt_.aspect;
        const bool v3 = request().model == model::v3;
        const double aspect_error = v3 ? v3_aspect_error(wanted) : legacy_aspect_error(wanted);
        if (aspect_error <= max_aspect_error) {
            return;
        }
        if (!takes_resolution(request().model)) {
            note(
                "--ar: the nearest shape that " + used_model() + " has is "
                + nearest_legacy_aspect(wanted)
            );
            return;
        }
        const double error = v3 ? v3_resolution_error(wanted) : legacy_resolution_error(wanted);
        if (error > max_aspect_error) {
            note(
                "--ar: the nearest shape that " + used_model() + " has is "
                + (v3 ? exact_v3_resolution(wanted) : exact_legacy_resolution(wanted))
            );
        }
    }

    void map_image_weight() {
        if (what_ != operation::remix) {
            if (prompt_.image_weight) {
                note("--iw: there is no picture to weigh, ignored");
            }
            return;
        }
        request().image_weight = prompt_.image_weight
                                     ? image_weight_of(*prompt_.image_weight, has_wide_weights())
                                     : default_image_weight;
    }

    // From version 6 on, and in niji, --iw goes to 3; clients leave --v out for the newest.
    bool has_wide_weights() const {
        return niji_ || !prompt_.version || leading_number(*prompt_.version).size() > 1
               || leading_number(*prompt_.version) >= "6";
    }

    void note_the_rest() {
        if (prompt_.repeat > 1) {
            note("--repeat " + std::to_string(prompt_.repeat) + ": ignored");
        }
        note_references();
        for (const std::string& flag : prompt_.without_counterpart) {
            note(flag + ": no counterpart, ignored");
        }
    }

    // Pictures are the caller's; V_3 alone has a use for these.
    void note_references() {
        const bool used = context_.takes_references && request().model == model::v3;
        const std::string why = context_.takes_references
                                    ? used_model() + " takes no reference pictures, dropped"
                                    : "reference pictures are not used";
        if (!used && !prompt_.style_refs.empty()) {
            note("--sref: " + why);
        }
        if (!used && !prompt_.character_refs.empty()) {
            note("--cref: " + why);
        }
    }

    static constexpr int default_image_weight = 50;

    const parsed_prompt& prompt_;
    const imagine_defaults& defaults_;
    const imagine_context& context_;
    operation what_;
    bool niji_;
    mapped_imagine mapped_;
};

} // namespace

mapped_imagine map_imagine(
    const parsed_prompt& prompt,
    const imagine_defaults& defaults,
    const imagine_context& context,
    operation what
) {
    return mapping(prompt, defaults, context, what).run();
}

std::int64_t fold_seed(std::int64_t midjourney_seed) {
    return midjourney_seed & 0x7fffffff;
}

int image_weight_of(double iw, bool wide_range) {
    const bool stretched = wide_range && iw > 1;
    const double weight = stretched ? 50 + 25 * (iw - 1) : 50 * iw;
    return weight >= 1 ? static_cast<int>(std::min(std::round(weight), 100.0)) : 1;
}

} // namespace imagined::task
