// Shows the messages between programs that use ZeroMQ.
//
//     zmq_trace run [--output FILE] -- COMMAND...
//     zmq_trace show FILE [--json]
//     zmq_trace draw FILE [--output FILE.svg]

#include "draw.hpp"
#include "follow.hpp"
#include "show.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

using namespace zmq_trace;

namespace {

std::string own_folder()
{
    return std::filesystem::read_symlink("/proc/self/exe").parent_path();
}

void add_run(CLI::App& app, Watch& watch)
{
    CLI::App* const run = app.add_subcommand(
        "run", "Run a command and show the messages of its processes");
    run->add_option("--output,-o", watch.file, "Where to save the trace")
        ->type_name("FILE")
        ->capture_default_str();
    run->add_option("--library", watch.library, "What to preload")
        ->type_name("FILE")
        ->group("");
    run->add_flag("!--no-content", watch.content,
                  "Record sizes and hashes of messages, not their bytes");
    run->add_flag("--quiet,-q", watch.quiet, "No lines while it runs");
    run->add_option("command", watch.command, "The command, after --")
        ->required();
    run->positionals_at_end();
}

struct Show
{
    std::string file;
    bool json = false;
    bool only_summary = false;
};

void add_show(CLI::App& app, Show& show)
{
    CLI::App* const command = app.add_subcommand("show", "Print a saved trace");
    command->add_option("file", show.file, "The trace")->required();
    command->add_flag("--json", show.json, "The matched form, for programs");
    command->add_flag("--summary", show.only_summary, "Only the table");
}

void print_trace(const Show& show)
{
    Trace trace = read_trace(show.file);
    const auto matched = match(trace);
    if (show.json) {
        fmt::print("{}", as_json(trace, *matched));
        return;
    }
    Printer printer{isatty(1) && !std::getenv("NO_COLOR")};
    for (int i = 0;
         !show.only_summary && i < static_cast<int>(trace.events.size()); ++i)
        if (const std::string line = printer.line(trace, *matched, i);
            !line.empty())
            fmt::print("{}\n", line);
    fmt::print("{}{}", show.only_summary ? "" : "\n", summary(trace, *matched));
}

struct Draw
{
    std::string file;
    std::string output;
    std::string lines;
    std::string form = "svg";
    Picture picture;
};

void add_draw(CLI::App& app, Draw& draw)
{
    CLI::App* const command =
        app.add_subcommand("draw", "Draw a saved trace as a sequence diagram");
    command->add_option("file", draw.file, "The trace")->required();
    command
        ->add_option("--output,-o", draw.output,
                     "Where to write it (default: standard output)")
        ->type_name("FILE");
    command->add_option("--title", draw.picture.title, "Its title");
    command
        ->add_option("--id", draw.picture.id,
                     "What ids in it start with, one a page")
        ->capture_default_str();
    command
        ->add_option("--limit", draw.picture.limit,
                     "Fold what goes beyond so many messages")
        ->check(CLI::Range(4, 10000))
        ->capture_default_str();
    command
        ->add_option("--lines", draw.lines,
                     "What processes printed, for the replay: a JSON list "
                     "of {t, process, text}")
        ->type_name("FILE");
    command
        ->add_option("--as", draw.form,
                     "svg, text (the alternative in words), or replay (a "
                     "figure for a page)")
        ->check(CLI::IsMember({"svg", "text", "replay"}))
        ->capture_default_str();
}

std::string read_file(const std::string& path)
{
    std::ifstream file{path, std::ios::binary};
    if (!file)
        throw std::runtime_error{fmt::format(
            "{}: {}", path, std::generic_category().message(errno))};
    return {std::istreambuf_iterator<char>{file}, {}};
}

void draw_trace(const Draw& draw)
{
    Trace trace = read_trace(draw.file);
    const auto matched = match(trace);
    const Drawing drawing{trace, *matched, draw.picture};
    const std::string lines = draw.lines.empty() ? "" : read_file(draw.lines);
    const std::string text = draw.form == "text"     ? drawing.text()
                             : draw.form == "replay" ? drawing.replay(lines)
                                                     : drawing.svg();
    if (draw.output.empty()) {
        std::fwrite(text.data(), 1, text.size(), stdout);
        return;
    }
    std::ofstream file{draw.output, std::ios::binary};
    file << text;
    if (!file.flush())
        throw std::runtime_error{fmt::format(
            "{}: {}", draw.output, std::generic_category().message(errno))};
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App app{"Shows the messages between programs that use ZeroMQ."};
    app.require_subcommand(1);
    app.get_formatter()->column_width(26);
    Watch watch;
    Show show;
    Draw draw;
    try {
        watch.file = "zmq.trace";
        watch.library = own_folder() + "/../lib/libzmq_trace.so";
        add_run(app, watch);
        add_show(app, show);
        add_draw(app, draw);
        app.parse(argc, argv);
        if (app.got_subcommand("run"))
            return run_traced(watch);
        if (app.got_subcommand("show"))
            print_trace(show);
        else
            draw_trace(draw);
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& error) {
        fmt::print(stderr, "zmq_trace: {} (see zmq_trace --help)\n",
                   error.what());
        return 2;
    } catch (const std::exception& error) {
        fmt::print(stderr, "zmq_trace: {}\n", error.what());
        return 1;
    }
    if (std::fflush(stdout) != 0) {
        fmt::print(stderr, "zmq_trace: could not write all of its output\n");
        return 1;
    }
    return 0;
}
