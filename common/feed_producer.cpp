#include "common/detail/feed_door.hpp"
#include "common/detail/feed_protocol.hpp"
#include "common/feed_queue.hpp"
#include "common/printable.hpp"
#include "common/shared_memory.hpp"

#include <fmt/format.h>
#include <zmq_addon.hpp>

#include <atomic>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t most_consumers = 64;
constexpr int most_wants = 64; // of one consumer
constexpr std::int64_t longest_request = 256;
constexpr std::chrono::milliseconds probe_interval{100};

// Where an object is while somebody needs it.
struct Place
{
    std::shared_ptr<SharedSegment> segment; // libzmq may hold it as well
    std::uint64_t serial = 0;               // of the segment
    std::uint64_t number = 0;               // of the object
    std::size_t size = 0;
};

// What the program and the thread tell each other, by a pair of sockets.
enum class Word : std::uint8_t
{
    put,
    end,
    free,
    ended,
    failed,
    stop
};

struct Note
{
    Word word;
    std::uint8_t place = 0;
};

// Never waits, as it would for a thread that has failed. Nobody is left to
// hear it when the context was shut down.
void tell(zmq::socket_t& socket, Note note)
try {
    (void)socket.send(zmq::buffer(&note, sizeof note),
                      zmq::send_flags::dontwait);
} catch (const zmq::error_t& error) {
    if (error.num() != ETERM)
        throw;
}

std::optional<Note> hear(zmq::socket_t& socket,
                         zmq::recv_flags flags = zmq::recv_flags::none)
{
    Note note{};
    if (!socket.recv(zmq::buffer(&note, sizeof note), flags))
        return {};
    return note;
}

} // namespace

struct FeedProducer::State
{
    explicit State(const Plan& its_plan)
        : plan{its_plan}, places(static_cast<std::size_t>(plan.places))
    {
        for (std::size_t n = 0; n < places.size(); ++n)
            free.push_back(n);
    }

    // What the thread says next; throws what it died of.
    Note await_note()
    {
        {
            const std::lock_guard lock{mutex};
            if (failure)
                std::rethrow_exception(failure);
        }
        return hear(thread_end).value();
    }

    Plan plan;
    std::string endpoint;
    zmq::socket_t thread_end; // of the pair
    std::deque<std::size_t> free;
    std::optional<std::size_t> writing;
    std::atomic<std::uint64_t> count = 0;
    std::atomic<std::uint64_t> lost = 0;

    std::mutex mutex; // guards what follows
    std::vector<Place> places;
    std::exception_ptr failure;

    std::jthread thread; // the last: it uses all the others
};

// Answers the consumers.
class FeedProducer::Thread
{
public:
    Thread(State& its_state, zmq::socket_t its_router, feed::Door its_door,
           zmq::socket_t its_pair)
        : state{its_state},
          router{std::move(its_router)},
          door{std::move(its_door)},
          program{std::move(its_pair)}
    {
    }
    Thread(const Thread&) = delete;
    Thread& operator=(const Thread&) = delete;
    ~Thread() { feed::stop_monitor(router); }

    void run()
    try {
        while (!is_done) {
            wait();
            while (take_note()) {
            }
            take_requests();
            if (Clock::now() >= next_probe)
                probe();
            deal();
            if (is_ending)
                end();
            drop_the_gone();
        }
    } catch (const zmq::error_t& error) {
        if (error.num() != ETERM)
            fail();
    } catch (...) {
        fail();
    }

private:
    struct Consumer
    {
        int wants = 0;
        bool maps = false;
        bool is_told = false; // that the stream has ended
    };
    struct Loan
    {
        std::string consumer;
        bool is_tainted; // another, vanished consumer may still read it
    };
    struct Ready
    {
        std::size_t place;
        bool is_tainted;
    };

    void fail()
    {
        {
            const std::lock_guard lock{state.mutex};
            state.failure = std::current_exception();
        }
        tell(program, {Word::failed});
    }

    void wait()
    {
        std::array<zmq::pollitem_t, 3> items{
            {{router.handle(), 0, ZMQ_POLLIN, 0},
             {door.socket().handle(), 0, ZMQ_POLLIN, 0},
             {program.handle(), 0, ZMQ_POLLIN, 0}}};
        const bool may_sleep = consumers.empty() && !is_ending;
        zmq::poll(items,
                  may_sleep ? std::chrono::milliseconds{-1} : probe_interval);
        door.look();
    }

    bool take_note()
    {
        const auto note = hear(program, zmq::recv_flags::dontwait);
        if (!note)
            return false;
        if (note->word == Word::put)
            ready[look_up(note->place).number] = {note->place, false};
        is_ending = is_ending || note->word == Word::end;
        is_done = is_done || note->word == Word::stop;
        return true;
    }

    Place look_up(std::size_t place)
    {
        const std::lock_guard lock{state.mutex};
        return state.places[place];
    }

    // --- What consumers say

    void take_requests()
    {
        std::vector<zmq::message_t> frames;
        while (zmq::recv_multipart(router, std::back_inserter(frames),
                                   zmq::recv_flags::dontwait)) {
            door.has_spoken(frames.back());
            if (!take_request(frames))
                report(fmt::format("Dropped, not for a feed queue: {}",
                                   frames.size() > 1
                                       ? printable(frames[1].to_string_view())
                                       : "nothing"));
            frames.clear();
        }
    }

    bool take_request(const std::vector<zmq::message_t>& frames)
    {
        const std::string who = frames[0].to_string();
        const auto word = [&](std::size_t n) {
            return n < frames.size() ? frames[n].to_string_view() : "";
        };
        if (frames.size() == 3 && word(1) == "want")
            return want(who, word(2));
        if (frames.size() == 3 && word(1) == "done")
            return take_back(who, word(2));
        if (frames.size() != 2 || word(1) != "bye")
            return false;
        gone.insert(who);
        return true;
    }

    bool want(const std::string& who, std::string_view how)
    {
        if ((how != "copy" && how != "map") ||
            (!consumers.contains(who) && consumers.size() >= most_consumers))
            return false;
        Consumer& consumer = consumers[who];
        if (consumer.wants >= most_wants)
            return false;
        ++consumer.wants;
        consumer.maps = how == "map";
        waiting.push_back(who);
        return true;
    }

    bool take_back(const std::string& who, std::string_view text)
    {
        const auto number = feed::whole_numbers<1>(text);
        for (auto loan = loans.begin(); number && loan != loans.end(); ++loan) {
            if (loan->second.consumer != who ||
                look_up(loan->first).number != number->front())
                continue;
            release(loan->first, loan->second.is_tainted);
            loans.erase(loan);
            return true;
        }
        return false;
    }

    void release(std::size_t place, bool is_tainted)
    {
        if (is_tainted) {
            const std::lock_guard lock{state.mutex};
            state.places[place].segment = nullptr; // never written to again
        }
        tell(program, {Word::free, static_cast<std::uint8_t>(place)});
    }

    // --- What consumers get

    void deal()
    {
        while (!ready.empty() && !waiting.empty()) {
            const std::string who = waiting.front();
            waiting.pop_front();
            const auto found = consumers.find(who);
            if (found == consumers.end())
                continue;
            --found->second.wants;
            const auto [place, is_tainted] = ready.begin()->second;
            if (!send_object(who, found->second.maps, place))
                continue;
            loans[place] = {who, is_tainted};
            ready.erase(ready.begin());
        }
    }

    bool send_object(const std::string& who, bool maps, std::size_t index)
    {
        const Place place = look_up(index);
        if (!maps)
            return send_parts(who, place);
        const SegmentHandle handle = place.segment->handle();
        return send(who, "map", [&] {
            router.send(
                zmq::buffer(fmt::format("{} {} {} {} {} {} {}", place.number,
                                        place.size, handle.pid, handle.fd,
                                        index, place.serial, handle.size)),
                zmq::send_flags::none);
        });
    }

    // Nothing is copied here: libzmq reads the parts where the object is, and
    // holds on to its memory until it has.
    bool send_parts(const std::string& who, const Place& place)
    {
        for (std::size_t at = 0; at < place.size; at += feed::part_size) {
            const std::size_t size = std::min(feed::part_size, place.size - at);
            const bool is_sent = send(who, "part", [&] {
                auto* const held = new std::shared_ptr{place.segment};
                zmq::message_t part{
                    place.segment->bytes().data() + at, size,
                    [](void*, void* holder) {
                        delete static_cast<std::shared_ptr<SharedSegment>*>(
                            holder);
                    },
                    held};
                router.send(zmq::buffer(fmt::format("{} {} {}", place.number,
                                                    at, place.size)),
                            zmq::send_flags::sndmore);
                router.send(part, zmq::send_flags::none);
            });
            if (!is_sent)
                return at > 0; // it has some of it: a loan to one that is gone
        }
        return true;
    }

    // Sends to one consumer; false when it is gone.
    template <typename Rest>
    bool send(const std::string& who, std::string_view word, Rest send_rest)
    try {
        router.send(zmq::buffer(who), zmq::send_flags::sndmore);
        router.send(zmq::buffer(word), zmq::send_flags::sndmore);
        send_rest();
        return true;
    } catch (const zmq::error_t& error) {
        if (error.num() != EHOSTUNREACH)
            throw;
        gone.insert(who);
        return false;
    }

    void end()
    {
        if (!ready.empty() || !loans.empty())
            return;
        for (auto& [who, consumer] : consumers)
            if (!std::exchange(consumer.is_told, true))
                send(who, "end", [&] {
                    router.send(zmq::buffer(std::to_string(state.count.load())),
                                zmq::send_flags::none);
                });
        if (!consumers.empty() || !door.is_quiet())
            return; // each says bye, or is found to be gone
        tell(program, {Word::ended});
        is_done = true;
    }

    // --- Consumers that go

    // A ROUTER hears nothing of a peer that dies, but it cannot send to it.
    void probe()
    {
        next_probe = Clock::now() + probe_interval;
        for (const auto& [who, consumer] : consumers)
            send(who, "ping",
                 [&] { router.send(zmq::message_t{}, zmq::send_flags::none); });
    }

    void drop_the_gone()
    {
        if (gone.empty())
            return;
        take_requests(); // what they said before they went
        for (const std::string& who : std::exchange(gone, {})) {
            const std::size_t count = take_from(who);
            std::erase(waiting, who);
            consumers.erase(who);
            if (count == 0)
                continue;
            ++state.lost;
            report(fmt::format("A consumer is gone: {} object{} for others",
                               count, count == 1 ? "" : "s"));
        }
        next_probe = {}; // and look whether this was the last thing to do
        if (!ready.empty() || is_ending)
            deal();
        if (is_ending && !is_done)
            end();
    }

    // It may still read them: from now on nobody writes to this memory.
    std::size_t take_from(const std::string& who)
    {
        return std::erase_if(loans, [&](const auto& item) {
            const auto& [place, loan] = item;
            if (loan.consumer != who)
                return false;
            ready[look_up(place).number] = {place, true};
            return true;
        });
    }

    static void report(const std::string& what)
    {
        fmt::print(stderr, "{}\n", what);
    }

    State& state;
    zmq::socket_t router;
    feed::Door door;
    zmq::socket_t program;
    std::map<std::string, Consumer> consumers;
    std::deque<std::string> waiting;      // who wants an object, in turn
    std::map<std::uint64_t, Ready> ready; // by number of the object
    std::map<std::size_t, Loan> loans;    // by place
    std::set<std::string> gone;
    Clock::time_point next_probe{};
    bool is_ending = false;
    bool is_done = false;
};

FeedProducer::FeedProducer(zmq::context_t& context, const std::string& endpoint,
                           const Plan& plan)
{
    if (plan.longest == 0 || plan.places < 1 || plan.places > feed::most_places)
        throw std::logic_error{
            "a feed queue wants 1 to 64 places of 1 byte up"};
    state = std::make_unique<State>(plan);
    zmq::socket_t router{context, zmq::socket_type::router};
    router.set(zmq::sockopt::router_mandatory, true); // EHOSTUNREACH, not loss
    router.set(zmq::sockopt::maxmsgsize, longest_request);
    router.set(zmq::sockopt::sndhwm, 0); // bounded by the places
    router.set(zmq::sockopt::linger, feed::linger);
    feed::set_patience(router, plan.patience);
    const std::string name =
        fmt::format("inproc://feed-producer-{}", fmt::ptr(state.get()));
    feed::Door door{context, router, name + "-door"};
    router.bind(endpoint);
    state->endpoint = router.get(zmq::sockopt::last_endpoint);

    zmq::socket_t pair{context, zmq::socket_type::pair};
    pair.set(zmq::sockopt::linger, 0);
    pair.bind(name);
    state->thread_end = zmq::socket_t{context, zmq::socket_type::pair};
    state->thread_end.set(zmq::sockopt::linger, 0);
    state->thread_end.connect(name);
    state->thread =
        std::jthread{[thread = std::make_shared<Thread>(
                          *state, std::move(router), std::move(door),
                          std::move(pair))]() mutable {
            thread->run();
            thread.reset(); // its sockets are closed here
        }};
}

FeedProducer::~FeedProducer()
{
    tell(state->thread_end, {Word::stop});
}

std::string FeedProducer::endpoint() const
{
    return state->endpoint;
}

std::span<std::byte> FeedProducer::place()
{
    if (state->writing)
        throw std::logic_error{"put() the object that is being written first"};
    while (state->free.empty()) {
        const Note note = state->await_note();
        if (note.word == Word::free)
            state->free.push_back(note.place);
    }
    const std::size_t index = state->free.front();
    const std::lock_guard lock{state->mutex};
    Place& place = state->places[index];
    if (!place.segment) {
        place.segment = std::make_shared<SharedSegment>(state->plan.longest);
        ++place.serial;
    }
    state->free.pop_front();
    state->writing = index;
    return place.segment->bytes();
}

void FeedProducer::put(std::size_t size)
{
    if (!state->writing || size == 0 || size > state->plan.longest)
        throw std::logic_error{"put() wants a place(), and 1 byte or more"};
    const std::size_t index = *std::exchange(state->writing, {});
    {
        const std::lock_guard lock{state->mutex};
        state->places[index].number = ++state->count;
        state->places[index].size = size;
    }
    tell(state->thread_end, {Word::put, static_cast<std::uint8_t>(index)});
}

void FeedProducer::end()
{
    tell(state->thread_end, {Word::end});
    while (state->await_note().word != Word::ended) {
    }
}

std::uint64_t FeedProducer::lost_consumers() const
{
    return state->lost;
}
