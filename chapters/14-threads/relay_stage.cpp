// A stage that lives through whatever its work throws.

#include "relay_stage.hpp"

#include "common/printable.hpp"

#include <fmt/core.h>

#include <cerrno>

RelayStage::RelayStage(zmq::context_t& context, Plan p)
    : plan{std::move(p)},
      in{context, zmq::socket_type::pull},
      out{context, zmq::socket_type::push}
{
    in.bind(plan.from);
    out.connect(plan.to); // the next stage may come later
    // From here on the sockets belong to the thread.
    thread = std::jthread{[this] { relay(); }};
}

void RelayStage::relay()
try {
    zmq::message_t message;
    while (in.recv(message) && !message.empty())
        handle(message.to_string());
    out.send(zmq::message_t{}, zmq::send_flags::none); // that was all
} catch (const zmq::error_t& error) {
    if (error.num() != ETERM) // shut down: what is in flight is given up
        fmt::print(stderr, "{}: {}\n", plan.name, error.what());
}

void RelayStage::handle(const std::string& message)
{
    if (is_stopped) { // still read, or those before us would block
        ++skipped;
        return;
    }
    std::string result;
    try {
        result = plan.work(message);
    } catch (const std::exception& error) {
        report(message, error.what());
    } catch (...) {
        report(message, "an unknown exception");
    }
    if (!result.empty())
        out.send(zmq::buffer(result));
}

void RelayStage::report(const std::string& message, const char* why)
{
    ++failed;
    is_stopped = plan.stop_on_error;
    if (is_stopped)
        plan.stop.request_stop();
    fmt::print(stderr, "{}: {} '{}': {}\n", plan.name,
               is_stopped ? "stopped at" : "dropped", printable(message), why);
}
