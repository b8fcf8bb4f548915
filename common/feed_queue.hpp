#pragma once

#include <zmq.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

/// The writing end of a feed queue: hands large objects to consumers, each of
/// them to one.
///
///     FeedProducer feed{context, endpoint, {.longest = 150'000'000}};
///     for (…) {
///         render(feed.place());
///         feed.put(size);
///     }
///     feed.end();
///
/// Consumers ask for every object and give every object back. Until then its
/// bytes stay where they were written, so that
///
/// * memory is bounded: there are `places` objects at most, and put() waits
///   for one to be given back when all are in use;
/// * every object is worked on once. Only when a consumer dies, or is silent
///   for too long, are the objects that it had given to others; it may have
///   worked on those;
/// * memory that such a consumer may still read is not written to again, but
///   freed, and replaced.
///
/// A thread of its own answers the consumers while the program renders. What
/// a peer says that makes no sense is reported on stderr and dropped. All
/// calls belong to one thread; StopOnSignal ends them, by ETERM.
class FeedProducer
{
public:
    /// What it may use.
    struct Plan
    {
        std::size_t longest = 0; ///< bytes that an object may have, 1 or more
        int places = 3;          ///< objects in memory at a time, 1 to 64
        /// How long a consumer may be silent, by libzmq's heartbeats.
        std::chrono::milliseconds patience{10'000};
    };

    /// Listens at once.
    /// @throws zmq::error_t as bind does
    FeedProducer(zmq::context_t& context, const std::string& endpoint,
                 const Plan& plan);
    FeedProducer(const FeedProducer&) = delete;
    FeedProducer& operator=(const FeedProducer&) = delete;
    /// Without end() before, consumers see that it is gone.
    ~FeedProducer();

    /// The endpoint that the kernel gave.
    std::string endpoint() const;

    /// A place to write the next object to: `longest` bytes that hold what
    /// happened to be there. Waits until one is free.
    /// @throws std::system_error when there is no memory for it
    /// @throws std::logic_error for a second place before put()
    std::span<std::byte> place();

    /// Hands over what was written to place().
    /// @param size its first bytes, 1 to `longest`
    void put(std::size_t size);

    /// That was all: waits until each object has been given back, and tells
    /// the consumers, also those that are connected and have not asked yet.
    void end();

    /// Consumers that went away and left objects to others.
    std::uint64_t lost_consumers() const;

private:
    struct State;
    class Thread;
    std::unique_ptr<State> state;
};

/// An object of a feed queue; gives it back when it is destroyed. Destroy it
/// before its FeedConsumer, and in the same thread.
class FeedObject
{
public:
    /// Hands the object on; the old one holds nothing, and gives none back.
    FeedObject(FeedObject&&) noexcept;
    FeedObject& operator=(FeedObject&&) = delete;
    ~FeedObject();

    /// 1 for the first that its producer has put.
    std::uint64_t number() const { return its_number; }
    /// The bytes; nobody changes them before they are given back.
    std::span<const std::byte> bytes() const { return its_bytes; }

private:
    friend class FeedConsumer;
    FeedObject();

    struct Giver;
    std::unique_ptr<Giver> giver;
    std::uint64_t its_number = 0;
    std::span<const std::byte> its_bytes;
};

/// The reading end of a feed queue: a thread of its own fetches the next
/// object while the program works on this one.
///
///     FeedConsumer feed{context, endpoint, {.shared_memory = true}};
///     while (const auto object = feed.get())
///         work_on(object->bytes());
///
/// Memory is bounded by 1 + `ahead` objects of at most `longest` bytes, the
/// same pages used again and again. With shared memory it is the producer's,
/// and nothing is copied.
class FeedConsumer
{
public:
    /// How it gets them.
    struct Plan
    {
        /// Read the objects where the producer wrote them: same machine, same
        /// user. Otherwise they come by the socket.
        bool shared_memory = false;
        int ahead = 1; ///< objects to fetch ahead, 0 to 16
        std::size_t longest = std::size_t{1} << 30; ///< bytes that are accepted
        std::chrono::milliseconds patience{10'000}; ///< as FeedProducer::Plan
    };

    /// Connects, and asks for the first objects.
    FeedConsumer(zmq::context_t& context, const std::string& endpoint,
                 const Plan& plan);
    FeedConsumer(const FeedConsumer&) = delete;
    FeedConsumer& operator=(const FeedConsumer&) = delete;
    /// What was fetched and not taken goes to another consumer.
    ~FeedConsumer();

    /// The next object; waits for it. At most 1 + `ahead` may be held.
    /// @return nothing at the end of the stream
    /// @throws std::runtime_error when the producer is gone before that, or
    ///         sends what makes no sense
    /// @throws std::logic_error when too many objects are held already
    std::optional<FeedObject> get();

private:
    friend class FeedObject;
    struct State;
    class Thread;
    std::unique_ptr<State> state;
};
