// The command line: one function a command, and the table of what each takes.
#include "imagined/app/application.hpp"

#include "arguments.hpp"
#include "exit_codes.hpp"
#include "health_command.hpp"
#include "mistyped.hpp"
#include "offered.hpp"
#include "operator_session.hpp"
#include "sandbox_command.hpp"
#include "task_list.hpp"

#include "imagined/backend/sample_calls.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <iterator>
#include <optional>

extern char** environ;

namespace imagined::app {

namespace {

constexpr const char* setting_hint =
    "Settings: --<section>.<key>=VALUE over IMAGINED_<SECTION>_<KEY> over the file.";

// The configuration of the packaged service.
constexpr const char* packaged_file = "/etc/imagined/imagined.toml";

std::map<std::string, std::string> read_environment() {
    std::map<std::string, std::string> variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        if (const auto equals = text.find('='); equals != std::string_view::npos) {
            variables.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return variables;
}

// What the options were set to; one object for all commands, since one command runs.
struct choices {
    std::string config;
    std::string role = "all";
    std::string id;
    std::string status;
    std::optional<std::string> caller;
    std::string since;
    bool follow = false;
    bool ready = false;
    std::string url;
    bool json = false;
    std::string shell;
    std::string shown_dialect;
    std::string sandbox_listen = "127.0.0.1:8090";
    std::string sandbox_delay = "0s";
    std::string sandbox_dialect = "official";
    int sandbox_org_pictures = sandbox::sandbox_options().org_pictures;
};

class command_line {
public:
    explicit command_line(std::vector<std::pair<std::string, std::string>> settings)
        : flags_(std::move(settings)) {
        app_.require_subcommand(1);
        app_.set_version_flag("--version", version_text());
        add_serve();
        add_sandbox();
        add_check_config();
        add_config();
        add_health();
        add_task();
        add_queue();
        add_audit();
        add_version();
        add_completion();
        add_manual();
    }

    int run(std::vector<std::string> words) {
        if (const auto wrong = mistyped_command(read_offer(app_), words); !wrong.empty()) {
            return refuse(wrong + "\nRun with --help for more information.");
        }
        std::ranges::reverse(words); // CLI11 takes them from the back
        try {
            app_.parse(std::move(words));
        } catch (const CLI::ParseError& error) {
            return app_.exit(error) == 0 ? exit_code::ok : exit_code::usage;
        }
        if (!flags_.empty() && !takes_settings_) {
            return refuse(
                fmt::format("--{} is a setting, and this command has none", flags_.front().first)
            );
        }
        return command_();
    }

private:
    CLI::App* add_configured(const char* name, const char* about, CLI::App* under = nullptr) {
        CLI::App* command = (under == nullptr ? &app_ : under)->add_subcommand(name, about);
        if (under == nullptr) {
            command->add_option(
                "--config", chosen_.config, "the configuration file [./imagined.toml if present]"
            );
            command->footer(setting_hint);
        }
        return command;
    }

    void add_serve() {
        CLI::App* command = add_configured("serve", "run the HTTP API, the workers, callbacks");
        command->add_option("--role", chosen_.role, "all, api or worker [all]")
            ->check(CLI::IsMember({"all", "api", "worker"}));
        command->footer(fmt::format("{}\n{}", setting_hint, config::manual()));
        command->callback([this] { settled([this] { return serve_command(); }); });
    }

    void add_sandbox() {
        CLI::App* command =
            app_.add_subcommand("sandbox", "run a simulated Ideogram; spends nothing");
        command->add_option("--listen", chosen_.sandbox_listen, "address [127.0.0.1:8090]");
        command->add_option("--delay", chosen_.sandbox_delay, "time that a picture takes [0s]");
        command->add_option(
            "--dialect", chosen_.sandbox_dialect, "what the root speaks [official]"
        );
        command
            ->add_option(
                "--org-pictures",
                chosen_.sandbox_org_pictures,
                "pictures in progress over all keys of official; 0: no limit [10]"
            )
            ->check(CLI::Range(0, 100000));
        command->callback([this] { command_ = [this] { return sandbox_command(); }; });
    }

    void add_check_config() {
        CLI::App* command =
            add_configured("check-config", "print the effective configuration, secrets masked");
        command->add_option(
            "--dialect",
            chosen_.shown_dialect,
            "print instead what a sample of each operation becomes in this dialect"
        );
        command->callback([this] { settled([this] { return check_config_command(); }); });
    }

    void add_config() {
        CLI::App* config = app_.add_subcommand("config", "the configuration file");
        config->require_subcommand(1);
        CLI::App* init = config->add_subcommand("init", "print one to begin with, commented");
        init->callback([this] {
            command_ = [] {
                fmt::print("{}", config::starter_file());
                return exit_code::ok;
            };
        });
    }

    void add_health() {
        CLI::App* command = add_configured("health", "ask a server how it is; exit 0 if well");
        command->add_flag(
            "--ready", chosen_.ready, "whether it is ready, not only whether it runs"
        );
        command->add_option("URL", chosen_.url, "which server [the configured server.listen]");
        command->callback([this] {
            takes_settings_ = true;
            command_ = [this] { return health_command(); };
        });
    }

    void add_task() {
        CLI::App* task = add_configured("task", "list tasks, look at one, or act on it");
        task->require_subcommand(1);
        task->add_flag("--json", chosen_.json, "answer in JSON");
        add_task_list(task);
        add_task_verb(task, "show", "the task with its calls and its history", show_task);
        add_task_verb(task, "cancel", "end a task that has not ended", cancel_task);
        add_task_verb(task, "retry", "submit a failed task's request again", retry_task);
        add_task_verb(
            task,
            "retry-callback",
            "deliver the last callback of an ended task again",
            retry_callback
        );
    }

    void add_task_list(CLI::App* task) {
        CLI::App* command = add_configured("list", "a line a task, newest first", task);
        command->fallthrough();
        command->add_option("--status", chosen_.status, "only those that the API shows so")
            ->transform(CLI::IsMember(
                {"NOT_START", "MODAL", "SUBMITTED", "IN_PROGRESS", "SUCCESS", "FAILURE"},
                CLI::ignore_case
            ));
        command->add_option("--caller", chosen_.caller, "only this caller's");
        command->add_option("--since", chosen_.since, "only those submitted within, such as 15m");
        command->add_flag("--follow", chosen_.follow, "then a line whenever one changes");
        command->callback([this] {
            settled([this] { return task_list_command(); }, config::purpose::operate);
        });
    }

    void add_task_verb(
        CLI::App* task,
        const char* name,
        const char* about,
        awaitable<result<report>> (*verb)(operator_context, std::string)
    ) {
        CLI::App* command = add_configured(name, about, task);
        command->fallthrough(); // --config and --json may stand behind the id
        command->add_option("ID", chosen_.id, "16 digits")->required();
        command->callback([this, verb] {
            operates([this, verb](operator_context with) { return verb(with, chosen_.id); });
        });
    }

    void add_queue() {
        CLI::App* command = add_configured("queue", "counts, ages, backends and spend");
        command->add_flag("--json", chosen_.json, "answer in JSON");
        command->callback([this] { operates(show_queue); });
    }

    void add_audit() {
        CLI::App* command =
            add_configured("audit", "recount every invariant; exit 1 if one is broken");
        command->add_flag("--json", chosen_.json, "answer in JSON");
        command->callback([this] { operates(audit_queue); });
    }

    void add_version() {
        CLI::App* command = app_.add_subcommand("version", "version, commit and build type");
        command->add_flag("--json", chosen_.json, "answer in JSON");
        command->callback([this] {
            command_ = [this] {
                fmt::print("{}\n", chosen_.json ? version_json() : version_text());
                return exit_code::ok;
            };
        });
    }

    void add_completion() {
        CLI::App* command = app_.add_subcommand("completion", "print the completion of a shell");
        command->add_option("SHELL", chosen_.shell, "which shell")
            ->required()
            ->check(CLI::IsMember({"bash", "zsh", "fish"}));
        command->callback([this] {
            command_ = [this] {
                const auto write = chosen_.shell == "zsh"    ? zsh_completion
                                   : chosen_.shell == "fish" ? fish_completion
                                                             : bash_completion;
                fmt::print("{}", write(read_offer(app_), config::setting_helps()));
                return exit_code::ok;
            };
        });
    }

    void add_manual() {
        CLI::App* command = app_.add_subcommand("manual", "print the man page, for man(1)");
        command->callback([this] {
            command_ = [this] {
                const auto settings = config::setting_helps();
                fmt::print(
                    "{}", manual_page(read_offer(app_), settings, version_number(), version_date())
                );
                return exit_code::ok;
            };
        });
    }

    // The command needs the configuration.
    void settled(std::function<int()> command, config::purpose what_for = config::purpose::serve) {
        takes_settings_ = true;
        command_ = [this, command = std::move(command), what_for] {
            return load_settings(what_for) ? command() : exit_code::usage;
        };
    }

    void operates(operator_command command) {
        settled(
            [this, command = std::move(command)] { return operate(command); },
            config::purpose::operate
        );
    }

    int operate(const operator_command& command) const {
        // The connection's own lines would stand between the operator and the answer.
        log::configure({.level = log::level::off, .format = settings_->log.format});
        warn();
        return run_operator_command(*settings_, chosen_.json, command);
    }

    // An operator's command finds the packaged service without being told where it is.
    config::sources sources_for(config::purpose what_for) const {
        config::sources from{
            .file = chosen_.config, .environment = read_environment(), .flags = flags_
        };
        if (what_for != config::purpose::serve) {
            from.otherwise.emplace_back(packaged_file);
        }
        return from;
    }

    bool load_settings(config::purpose what_for) {
        auto loaded = config::load(sources_for(what_for), what_for);
        if (const auto* errors = std::get_if<config::errors>(&loaded)) {
            tell(*errors);
            return false;
        }
        settings_ = std::get<config::settings>(std::move(loaded));
        return true;
    }

    static void tell(const config::errors& errors) {
        for (const std::string& error : errors) {
            fmt::print(stderr, "imagined: {}\n", error);
        }
    }

    static int refuse(const std::string& why) {
        tell({why});
        return exit_code::usage;
    }

    void warn() const {
        for (const std::string& warning : settings_->warnings) {
            fmt::print(stderr, "imagined: warning: {}\n", warning);
        }
    }

    int serve_command() const {
        const role as = chosen_.role == "api"      ? role::api
                        : chosen_.role == "worker" ? role::worker
                                                   : role::all;
        const auto read_again = [from = sources_for(config::purpose::serve)] {
            return config::load(from);
        };
        return serve(*settings_, read_again, as);
    }

    int check_config_command() const {
        warn();
        if (!chosen_.shown_dialect.empty()) {
            return show_dialect(chosen_.shown_dialect);
        }
        fmt::print("{}", settings_->effective);
        return exit_code::ok;
    }

    int health_command() const {
        if (!chosen_.url.empty()) {
            return ask_health(chosen_.url, chosen_.ready);
        }
        const auto where = config::local_address(sources_for(config::purpose::ask));
        if (const auto* errors = std::get_if<config::errors>(&where)) {
            tell(*errors);
            return exit_code::usage;
        }
        return ask_health(std::get<std::string>(where), chosen_.ready);
    }

    int task_list_command() const {
        list_wish wish{
            .caller = chosen_.caller, .status = chosen_.status, .follow = chosen_.follow
        };
        if (!chosen_.since.empty()) {
            const auto since = config::parse_duration(chosen_.since);
            if (!since) {
                return refuse("--since: " + since.error().detail);
            }
            wish.since = *since;
        }
        return operate([wish](operator_context with) { return list_tasks(with, wish); });
    }

    int show_dialect(const std::string& name) const {
        std::vector<std::string_view> names;
        std::ranges::copy(backend::dialect_names(), std::back_inserter(names));
        const backend::form_dialect* found = backend::find_form_dialect(name);
        for (const backend::shared_dialect& own : settings_->dialects) {
            names.push_back(own->name());
            found = own->name() == name ? own.get() : found;
        }
        if (found == nullptr) {
            fmt::print(
                stderr,
                "imagined: --dialect: expected one of {}, not \"{}\"\n",
                fmt::join(names, ", "),
                name
            );
            return exit_code::usage;
        }
        fmt::print("{}", backend::sample_calls(*found));
        return exit_code::ok;
    }

    int sandbox_command() const {
        const auto delay = config::parse_duration(chosen_.sandbox_delay);
        if (!delay) {
            return refuse("--delay: " + delay.error().detail);
        }
        return run_sandbox({
            .listen = chosen_.sandbox_listen,
            .delay = *delay,
            .dialect = chosen_.sandbox_dialect,
            .org_pictures = chosen_.sandbox_org_pictures,
        });
    }

    CLI::App app_{"Midjourney-style asynchronous front for Ideogram's image API", "imagined"};
    choices chosen_;
    std::vector<std::pair<std::string, std::string>> flags_;
    bool takes_settings_ = false;
    std::function<int()> command_;
    std::optional<config::settings> settings_;
};

} // namespace

int run(int argc, char** argv) {
    auto separated = separate_settings({argv + 1, argv + argc});
    if (!separated) {
        fmt::print(stderr, "imagined: {}\n", separated.error().detail);
        return exit_code::usage;
    }
    try {
        return command_line(std::move(separated->settings)).run(std::move(separated->words));
    } catch (const std::exception& error) {
        fmt::print(stderr, "imagined: {}\n", error.what());
        return exit_code::failed;
    }
}

} // namespace imagined::app
