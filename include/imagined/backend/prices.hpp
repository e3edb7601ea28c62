// What a call costs, in integer USD millionths: the documents' table (ideogram-api.md §11.1, and
// §11.2 where §11.1 is silent), overridable per backend by keys such as "V_3/TURBO/generate".
#pragma once

#include "imagined/base/failure.hpp"
#include "imagined/task/render_request.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace imagined::backend {

// "V_3/TURBO/generate", "V_2/generate", "upscale", "describe": from special to general; the first
// key that is present decides.
using price_overrides = std::map<std::string, double>;

class price_table {
public:
    price_table() = default;

    // Fails with `invalid`, naming the key, when it names no operation or a price is negative.
    static result<price_table> with(const price_overrides& overrides);

    // Millionths for one picture of this request.
    std::int64_t of_picture(const task::render_request& request) const;

private:
    std::map<std::string, std::int64_t> overrides_;
};

} // namespace imagined::backend
