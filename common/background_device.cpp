#include "common/background_device.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace {

constexpr std::int64_t longest_frame = 1 << 20; // bytes

// Blocks all signals in this thread and in those that it starts meanwhile:
// signals are for the program, not for its devices.
class BlockedSignals
{
public:
    BlockedSignals()
    {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
    }
    BlockedSignals(const BlockedSignals&) = delete;
    BlockedSignals& operator=(const BlockedSignals&) = delete;
    ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }

private:
    sigset_t before{};
};

// Forwards until the context is shut down.
void forward(zmq::socket_ref frontend, zmq::socket_ref backend)
{
    try {
        zmq::proxy(frontend, backend);
    } catch (const zmq::error_t& error) {
        if (error.num() != ETERM)
            throw;
    }
}

// What a child tells its parent, as lines: first 0 and its endpoints, or the
// number of an error and its text. A blank line ends it.
std::string report_of(int number, const std::vector<std::string>& lines)
{
    return fmt::format("{}\n{}{}\n", number, fmt::join(lines, "\n"),
                       lines.empty() ? "" : "\n");
}

std::string report_of_current_exception()
{
    try {
        throw;
    } catch (const zmq::error_t& error) {
        return report_of(error.num(), {error.what()});
    } catch (const std::exception& error) {
        return report_of(-1, {error.what()});
    }
}

void tell(int parent, const std::string& report)
{
    (void)send(parent, report.data(), report.size(), MSG_NOSIGNAL);
}

// Takes bytes up to a blank line, or up to the end when the child is gone.
std::string hear(int child)
{
    std::string report;
    char byte = 0;
    while (!report.ends_with("\n\n")) {
        const ssize_t size = recv(child, &byte, 1, 0);
        if (size == 0 || (size < 0 && errno != EINTR))
            break;
        if (size == 1)
            report += byte;
    }
    return report;
}

// The endpoints of a report; throws the error that it tells of.
std::vector<std::string> endpoints_in(const std::string& report)
{
    std::istringstream lines{report};
    int number = -1;
    lines >> number;
    lines.ignore(); // the end of the first line
    std::vector<std::string> texts;
    for (std::string line; std::getline(lines, line) && !line.empty();)
        texts.push_back(line);
    if (number > 0)
        throw zmq::error_t{number};
    if (number < 0)
        throw std::runtime_error{texts.empty() ? "the device failed"
                                               : texts.front()};
    return texts;
}

std::string ending(int status)
{
    return WIFSIGNALED(status)
               ? fmt::format("the device's process was killed by SIG{}",
                             sigabbrev_np(WTERMSIG(status)))
               : fmt::format("the device's process ended with status {}",
                             WEXITSTATUS(status));
}

} // namespace

zmq::socket_t DeviceSide::open(zmq::context_t& context)
{
    zmq::socket_t socket{context, type};
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::maxmsgsize, longest_frame);
    for (const auto& apply : settings)
        apply(socket);
    listens_on.clear();
    for (const Endpoint& endpoint : binds) {
        socket.bind(endpoint);
        listens_on.push_back(socket.get(zmq::sockopt::last_endpoint));
    }
    for (const Endpoint& endpoint : connects)
        socket.connect(endpoint);
    return socket;
}

// --- In either form: a destructor stops it and waits for its end -------------

class BackgroundDevice::Background
{
public:
    Background() = default;
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;
    virtual ~Background() = default;

    virtual void ask_to_stop() = 0;
    virtual void wait() = 0; // throws what went wrong
    virtual int process_id() const = 0;
};

class BackgroundDevice::InThread : public Background
{
public:
    explicit InThread(BackgroundDevice& device)
        : frontend{device.frontend.open(context)},
          backend{device.backend.open(context)}
    {
        const BlockedSignals blocked;
        thread = std::jthread{[this] { work(); }};
    }

    ~InThread() override { InThread::ask_to_stop(); }
    InThread(const InThread&) = delete;
    InThread& operator=(const InThread&) = delete;

    void ask_to_stop() override { context.shutdown(); }

    void wait() override
    {
        thread.join();
        if (failure)
            std::rethrow_exception(failure);
    }

    int process_id() const override { return getpid(); }

private:
    void work()
    {
        try {
            forward(frontend, backend);
        } catch (...) {
            failure = std::current_exception();
        }
    }

    zmq::context_t context;
    zmq::socket_t frontend;
    zmq::socket_t backend;
    std::exception_ptr failure;
    std::jthread thread; // last: joined before the sockets close
};

class BackgroundDevice::InProcess : public Background
{
public:
    explicit InProcess(BackgroundDevice& device)
    {
        std::array<int, 2> ends{};
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) < 0)
            throw std::system_error{errno, std::generic_category(),
                                    "socketpair"};
        child = fork();
        if (child == 0) {
            close(ends[0]);
            be_the_child(device, ends[1]);
        }
        const int reason = errno;
        line = ends[0];
        close(ends[1]);
        if (child < 0) {
            close(line);
            throw std::system_error{reason, std::generic_category(), "fork"};
        }
    }

    ~InProcess() override
    {
        InProcess::ask_to_stop();
        close(line);
        reap();
    }
    InProcess(const InProcess&) = delete;
    InProcess& operator=(const InProcess&) = delete;

    // Waits until the child listens.
    void await_start(BackgroundDevice& device)
    {
        const std::string report = hear(line);
        if (report.empty())
            throw std::runtime_error{ending(reap())};
        const auto endpoints = endpoints_in(report);
        const auto middle =
            endpoints.begin() +
            static_cast<std::ptrdiff_t>(device.frontend.binds.size());
        device.frontend.listens_on.assign(endpoints.begin(), middle);
        device.backend.listens_on.assign(middle, endpoints.end());
    }

    void ask_to_stop() override { ::shutdown(line, SHUT_WR); }

    void wait() override
    {
        const std::string report = hear(line);
        reap();
        if (!report.empty())
            endpoints_in(report); // throws the error in it
        if (status != 0)
            throw std::runtime_error{ending(status)};
    }

    int process_id() const override { return child; }

private:
    [[noreturn]] static void be_the_child(BackgroundDevice& device, int parent)
    {
        prctl(PR_SET_NAME, "device"); // for ps and run/trace
        std::signal(SIGINT, SIG_IGN); // Ctrl-C is for the parent, who stops us
        std::signal(SIGTERM, SIG_DFL);
        sigset_t none;
        sigemptyset(&none);
        pthread_sigmask(SIG_SETMASK, &none, nullptr);
        try {
            run_for(device, parent);
        } catch (...) {
            tell(parent, report_of_current_exception());
            _exit(1);
        }
        _exit(0); // no destructors of what the parent had: they are its own
    }

    static void run_for(BackgroundDevice& device, int parent)
    {
        zmq::context_t context;
        zmq::socket_t frontend = device.frontend.open(context);
        zmq::socket_t backend = device.backend.open(context);
        std::vector<std::string> endpoints = device.frontend.listens_on;
        endpoints.insert(endpoints.end(), device.backend.listens_on.begin(),
                         device.backend.listens_on.end());

        const std::jthread watch{[&context, parent] {
            hear(parent); // nothing, until the parent stops us or is gone
            context.shutdown();
        }};
        tell(parent, report_of(0, endpoints));
        try {
            forward(frontend, backend);
        } catch (...) { // while the parent still listens
            tell(parent, report_of_current_exception());
            _exit(1);
        }
    }

    int reap()
    {
        if (!reaped)
            while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
            }
        reaped = true;
        return status;
    }

    int line = -1; // to the child; its end means stop
    pid_t child = -1;
    int status = 0;
    bool reaped = false;
};

// --- The device --------------------------------------------------------------

BackgroundDevice::BackgroundDevice(zmq::socket_type its_frontend,
                                   zmq::socket_type its_backend)
    : frontend{its_frontend}, backend{its_backend}
{
}

BackgroundDevice::~BackgroundDevice() = default;

void BackgroundDevice::start_thread()
{
    if (background)
        throw std::logic_error{"the device runs already"};
    background = std::make_unique<InThread>(*this);
}

void BackgroundDevice::start_process()
{
    if (background)
        throw std::logic_error{"the device runs already"};
    auto process = std::make_unique<InProcess>(*this);
    process->await_start(*this);
    background = std::move(process);
}

void BackgroundDevice::stop()
{
    if (!background)
        return;
    background->ask_to_stop();
    join();
}

void BackgroundDevice::join()
{
    const std::unique_ptr<Background> ended = std::move(background);
    if (ended)
        ended->wait();
}

int BackgroundDevice::process_id() const
{
    return background ? background->process_id() : getpid();
}
