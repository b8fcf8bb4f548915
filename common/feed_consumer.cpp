#include "common/detail/feed_protocol.hpp"
#include "common/feed_queue.hpp"
#include "common/printable.hpp"
#include "common/shared_memory.hpp"

#include <fmt/format.h>
#include <zmq_addon.hpp>

#include <cstring>
#include <deque>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace {

// What a busy machine takes, at the longest, to tell of the end of a producer.
constexpr std::chrono::milliseconds news_of_its_end{1000};

struct Arrived
{
    std::uint64_t number;
    std::span<const std::byte> bytes;
    std::size_t buffer;
    std::shared_ptr<Mapping> memory; // in which the bytes are
};

struct GivenBack
{
    std::uint64_t number;
    std::size_t buffer;
};

// Something is to be looked at: what, is said in memory that both share.
// Nobody is left to look when the context was shut down.
void wake(zmq::socket_t& socket)
try {
    (void)socket.send(zmq::message_t{}, zmq::send_flags::dontwait);
} catch (const zmq::error_t& error) {
    if (error.num() != ETERM)
        throw;
}

} // namespace

struct FeedConsumer::State
{
    explicit State(const Plan& its_plan) : plan{its_plan} {}

    // Whether get() knows what to return; takes an object if there is one.
    bool look(std::optional<Arrived>& object)
    {
        const std::lock_guard lock{mutex};
        if (!arrived.empty()) {
            object = arrived.front();
            arrived.pop_front();
            return true;
        }
        if (failure)
            std::rethrow_exception(failure);
        return has_ended;
    }

    Plan plan;
    zmq::socket_t thread_end; // of the pair
    int held = 0;

    std::mutex mutex; // guards what follows
    std::deque<Arrived> arrived;
    std::deque<GivenBack> given_back;
    std::exception_ptr failure;
    bool has_ended = false;
    bool is_left = false;
    int wanted = 0; // objects to ask for

    std::jthread thread; // the last: it uses all the others
};

struct FeedObject::Giver
{
    Giver(FeedConsumer::State& its_state, const Arrived& arrived)
        : state{its_state},
          object{arrived.number, arrived.buffer},
          memory{arrived.memory}
    {
    }
    Giver(const Giver&) = delete;
    Giver& operator=(const Giver&) = delete;
    ~Giver()
    {
        --state.held;
        {
            const std::lock_guard lock{state.mutex};
            state.given_back.push_back(object);
            if (state.plan.ahead > 0)
                ++state.wanted; // the next, while the program works
        }
        wake(state.thread_end);
    }

    FeedConsumer::State& state;
    GivenBack object;
    std::shared_ptr<Mapping> memory; // stays, whatever the thread is told
};

// Talks to the producer.
class FeedConsumer::Thread
{
public:
    Thread(State& its_state, zmq::socket_t its_dealer,
           zmq::socket_t its_monitor, zmq::socket_t its_pair)
        : state{its_state},
          dealer{std::move(its_dealer)},
          monitor{std::move(its_monitor)},
          program{std::move(its_pair)},
          buffers(static_cast<std::size_t>(1 + state.plan.ahead))
    {
    }
    Thread(const Thread&) = delete;
    Thread& operator=(const Thread&) = delete;
    ~Thread() { feed::stop_monitor(dealer); }

    void run()
    try {
        talk();
        dealer.send(zmq::str_buffer("bye"), zmq::send_flags::dontwait);
        const std::lock_guard lock{state.mutex};
        state.has_ended = true;
        wake(program);
    } catch (const zmq::error_t& error) {
        if (error.num() != ETERM)
            fail();
    } catch (...) {
        fail();
    }

private:
    struct Buffer
    {
        std::shared_ptr<Mapping> memory = std::make_shared<Mapping>();
        bool is_used = false;
    };
    struct Seen
    {
        std::shared_ptr<Mapping> memory = std::make_shared<Mapping>();
        std::uint64_t serial = 0;
    };
    struct Coming
    {
        std::uint64_t number = 0;
        std::uint64_t size = 0; // 0: none is on its way
        std::uint64_t has = 0;
        std::size_t buffer = 0;
    };

    void fail()
    {
        const std::lock_guard lock{state.mutex};
        state.failure = std::current_exception();
        wake(program);
    }

    // Until the end of the stream, or until the program leaves.
    void talk()
    {
        while (serve_program()) {
            std::array<zmq::pollitem_t, 3> items{
                {{dealer.handle(), 0, ZMQ_POLLIN, 0},
                 {monitor.handle(), 0, ZMQ_POLLIN, 0},
                 {program.handle(), 0, ZMQ_POLLIN, 0}}};
            zmq::poll(items, std::chrono::milliseconds{-1});
            zmq::message_t nothing;
            while (program.recv(nothing, zmq::recv_flags::dontwait)) {
            }
            producer_is_gone(); // what it said before that still counts
            std::vector<zmq::message_t> frames;
            while (zmq::recv_multipart(dealer, std::back_inserter(frames),
                                       zmq::recv_flags::dontwait)) {
                has_spoken = true;
                if (take(frames))
                    return;
                frames.clear();
            }
            if (is_gone)
                throw_that_it_is_gone();
        }
    }

    [[noreturn]] void throw_that_it_is_gone() const
    {
        throw std::runtime_error{
            has_spoken ? "the producer is gone before the end of its stream"
                       : "the producer went without a word; it may have been "
                         "at its end"};
    }

    // What the program has done meanwhile; false when it leaves.
    bool serve_program()
    {
        std::deque<GivenBack> given_back;
        int wanted = 0;
        bool is_left = false;
        {
            const std::lock_guard lock{state.mutex};
            given_back.swap(state.given_back);
            wanted = std::exchange(state.wanted, 0);
            is_left = state.is_left;
        }
        for (const GivenBack& object : given_back) {
            buffers[object.buffer].is_used = false;
            dealer.send(zmq::str_buffer("done"), zmq::send_flags::sndmore);
            dealer.send(zmq::buffer(std::to_string(object.number)),
                        zmq::send_flags::none);
        }
        if (is_left)
            return false;
        for (asked += wanted; wanted > 0; --wanted) {
            dealer.send(zmq::str_buffer("want"), zmq::send_flags::sndmore);
            dealer.send(state.plan.shared_memory ? zmq::str_buffer("map")
                                                 : zmq::str_buffer("copy"),
                        zmq::send_flags::none);
        }
        return true;
    }

    // An event is two frames: number and value, then the address.
    bool producer_is_gone()
    {
        zmq::message_t event;
        while (monitor.recv(event, zmq::recv_flags::dontwait)) {
            std::uint16_t number = 0;
            if (event.size() >= sizeof number)
                std::memcpy(&number, event.data(), sizeof number);
            if (number == ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
                was_there = true;
            else if (number == ZMQ_EVENT_DISCONNECTED)
                is_gone = is_gone || was_there;
            while (event.more())
                (void)monitor.recv(event);
        }
        return is_gone;
    }

    // --- What the producer says

    // Takes a message; true for the end of the stream.
    bool take(const std::vector<zmq::message_t>& frames)
    {
        const std::string_view word = frames[0].to_string_view();
        const std::string_view numbers =
            frames.size() > 1 ? frames[1].to_string_view() : "";
        if (word == "ping" && frames.size() == 2)
            return false;
        if (word == "part" && frames.size() == 3)
            take_part(numbers, frames[2]);
        else if (word == "map" && frames.size() == 2)
            take_map(numbers);
        else if (word == "end" && feed::whole_numbers<1>(numbers))
            return true;
        else
            refuse("of no known kind", word);
        return false;
    }

    [[noreturn]] static void refuse(const char* why, std::string_view what)
    {
        throw std::runtime_error{fmt::format(
            "the producer sent a message {}: {}", why, printable(what))};
    }

    void take_part(std::string_view text, const zmq::message_t& part)
    {
        const auto header = feed::whole_numbers<3>(text);
        if (!header)
            refuse("without its three numbers", text);
        const auto [number, at, size] = *header;
        if (at == 0)
            begin(number, size, text);
        if (coming.size == 0 || number != coming.number ||
            size != coming.size || at != coming.has ||
            part.size() > size - at || part.empty())
            refuse("that does not follow", text);
        const auto& memory = buffers[coming.buffer].memory;
        std::memcpy(memory->bytes().data() + at, part.data(), part.size());
        coming.has += part.size();
        if (coming.has == size) {
            coming.size = 0;
            hand_over(
                {number, memory->bytes().first(size), coming.buffer, memory});
        }
    }

    // Finds a buffer: there is one for each object that we ask for.
    void begin(std::uint64_t number, std::uint64_t size, std::string_view text)
    {
        if (coming.size != 0 || state.plan.shared_memory)
            refuse("that does not follow", text);
        if (size == 0 || size > state.plan.longest)
            refuse("of a size out of bounds", text);
        coming = {number, size, 0, take_buffer(text)};
        auto& memory = buffers[coming.buffer].memory;
        if (memory->bytes().size() < size) {
            memory = nullptr; // first, or there would be both for a moment
            memory = std::make_shared<Mapping>(Mapping::anonymous(size));
        }
    }

    std::size_t take_buffer(std::string_view text)
    {
        if (asked == 0)
            refuse("that nobody asked for", text);
        --asked;
        for (std::size_t n = 0; n < buffers.size(); ++n)
            if (!std::exchange(buffers[n].is_used, true))
                return n;
        refuse("that nobody asked for", text);
    }

    void take_map(std::string_view text)
    {
        const auto numbers = feed::whole_numbers<7>(text);
        if (!numbers || !state.plan.shared_memory)
            refuse("that does not follow", text);
        const auto [number, size, pid, fd, place, serial, space] = *numbers;
        if (size == 0 || size > space || place >= feed::most_places)
            refuse("of a size out of bounds", text);
        const std::size_t buffer = take_buffer(text);
        if (place >= seen.size())
            seen.resize(place + 1);
        Seen& its = seen[place];
        if (its.serial != serial || its.memory->bytes().size() != space) {
            its = {}; // mapped once, and kept: mapping is what costs
            *its.memory = map({pid, fd, space});
            its.serial = serial;
        }
        hand_over(
            {number, its.memory->bytes().first(size), buffer, its.memory});
    }

    // The memory of a producer that is killed is gone before we hear of it.
    Mapping map(const SegmentHandle& handle)
    try {
        return map_segment(handle, state.plan.longest);
    } catch (const std::runtime_error&) {
        std::array<zmq::pollitem_t, 1> item{
            {{monitor.handle(), 0, ZMQ_POLLIN, 0}}};
        const auto until = std::chrono::steady_clock::now() + news_of_its_end;
        while (!producer_is_gone()) {
            const auto left = until - std::chrono::steady_clock::now();
            if (left <= std::chrono::seconds{0})
                throw;
            zmq::poll(item, std::chrono::ceil<std::chrono::milliseconds>(left));
        }
        throw_that_it_is_gone();
    }

    void hand_over(const Arrived& object)
    {
        {
            const std::lock_guard lock{state.mutex};
            state.arrived.push_back(object);
        }
        wake(program);
    }

    State& state;
    zmq::socket_t dealer;
    zmq::socket_t monitor;
    zmq::socket_t program;
    std::vector<Buffer> buffers;
    std::vector<Seen> seen; // the producer's memory, by place
    Coming coming;
    int asked = 0; // objects that may come
    bool was_there = false;
    bool has_spoken = false; // the producer, as it does to all who ask
    bool is_gone = false;
};

FeedObject::FeedObject() = default;
FeedObject::FeedObject(FeedObject&&) noexcept = default;
FeedObject::~FeedObject() = default;

FeedConsumer::FeedConsumer(zmq::context_t& context, const std::string& endpoint,
                           const Plan& plan)
{
    if (plan.ahead < 0 || plan.ahead > feed::most_ahead || plan.longest == 0)
        throw std::logic_error{"a feed queue fetches 0 to 16 objects ahead"};
    state = std::make_unique<State>(plan);
    state->wanted = plan.ahead > 0 ? 1 + plan.ahead : 0;
    const auto name = [this](const char* what) {
        return fmt::format("inproc://feed-consumer-{}-{}",
                           fmt::ptr(state.get()), what);
    };
    zmq::socket_t dealer{context, zmq::socket_type::dealer};
    dealer.set(zmq::sockopt::linger, feed::linger);
    dealer.set(zmq::sockopt::maxmsgsize, std::int64_t{feed::part_size});
    dealer.set(zmq::sockopt::rcvhwm, 16); // the parts wait at the producer's
    feed::set_patience(dealer, plan.patience);
    zmq_socket_monitor(dealer.handle(), name("monitor").c_str(),
                       ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED);
    zmq::socket_t monitor{context, zmq::socket_type::pair};
    monitor.connect(name("monitor"));
    dealer.connect(endpoint);

    zmq::socket_t pair{context, zmq::socket_type::pair};
    pair.set(zmq::sockopt::linger, 0);
    pair.bind(name("program"));
    state->thread_end = zmq::socket_t{context, zmq::socket_type::pair};
    state->thread_end.set(zmq::sockopt::linger, 0);
    state->thread_end.connect(name("program"));
    state->thread =
        std::jthread{[thread = std::make_shared<Thread>(
                          *state, std::move(dealer), std::move(monitor),
                          std::move(pair))]() mutable {
            thread->run();
            thread.reset(); // its sockets are closed here
        }};
}

FeedConsumer::~FeedConsumer()
{
    {
        const std::lock_guard lock{state->mutex};
        state->is_left = true;
    }
    wake(state->thread_end);
}

std::optional<FeedObject> FeedConsumer::get()
{
    if (state->held > state->plan.ahead)
        throw std::logic_error{"give an object back before you get() another"};
    if (state->plan.ahead == 0) {
        const std::lock_guard lock{state->mutex};
        ++state->wanted;
        wake(state->thread_end);
    }
    std::optional<Arrived> arrived;
    while (!state->look(arrived)) {
        zmq::message_t nothing;
        (void)state->thread_end.recv(nothing);
    }
    if (!arrived)
        return {};
    ++state->held;
    FeedObject object;
    object.giver = std::make_unique<FeedObject::Giver>(*state, *arrived);
    object.its_number = arrived->number;
    object.its_bytes = arrived->bytes;
    return object;
}
