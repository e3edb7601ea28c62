// A prompt as it was meant, before the grammar reads it: without what people paste around it, and
// with the dashes that editors tore apart or stuck together mended. Text in, text out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace imagined::task {

struct mended_prompt {
    std::string text;
    std::vector<std::string> notes; // what was changed, for properties.notes; mostly nothing
};

// - Quotes around the whole are taken off if a known flag, or "/imagine", stands inside; else they
//   are lettering that is to be drawn, and stay.
// - A leading "/imagine" or "/imagine prompt:" is dropped.
// - Dashes that were torn apart ("- -ar 9:16", "-- ar 9:16"), made of hyphens by an editor ("—v 6")
//   or stuck to the word before them ("cat--ar 16:9") become two hyphens at the start of a word,
//   but only before one of the few flags whose value is a number or a ratio, and only where a value
//   that it takes follows: nobody writes that by chance.
//
// Quotations inside and URLs are left alone. What needs no mending comes back as it is.
mended_prompt mend_prompt(std::string_view prompt);

// Without those quotes and that command alone: what another flag may be appended to.
std::string bare_prompt(std::string_view prompt);

} // namespace imagined::task
