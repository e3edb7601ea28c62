// The composition root: builds every object of the program, top to bottom, and runs it. Read
// src/app/application.cpp first; it is the architecture on one page.
#pragma once

#include "imagined/config/settings.hpp"

#include <functional>
#include <string>
#include <variant>

namespace imagined::app {

enum class role { all, api, worker };

// Reads the configuration from where it was read before.
using settings_reader = std::function<std::variant<config::settings, config::errors>()>;

// `imagined serve`: runs until SIGTERM or SIGINT has drained it. Returns the exit code (contract
// §1).
int serve(const config::settings& settings, const settings_reader& read_again, role as);

// The whole command line. Returns the exit code.
int run(int argc, char** argv);

// Set by the build: "0.1.0", the commit, "Release".
std::string version_text();
std::string version_json();   // {"version", "commit", "build_type"}
std::string version_number(); // "0.1.0"
std::string version_date();   // of the commit: "2026-11-21"

} // namespace imagined::app
