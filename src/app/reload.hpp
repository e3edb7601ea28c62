// The configuration, read again while the process runs.
#pragma once

#include "generation_switch.hpp"

#include "imagined/app/application.hpp"

namespace imagined::app {

// Whether addresses of pictures are signed: as soon as there are keys, unless that is turned off.
bool signs_links(const config::settings& settings);

// Logs which file was read, and what there is to say about it.
void tell_what_was_read(const config::settings& settings);

// Reads it, and turns to what it comes to. If anything is wrong with it, nothing changes. `began`
// is what the process was started with. Logs what is told.
api::reloaded reload(
    const config::settings& began,
    const settings_reader& read_again,
    const standing_parts& standing,
    generation_switch& generations
);

} // namespace imagined::app
