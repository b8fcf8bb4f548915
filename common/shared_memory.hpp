#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>

/// A piece of address space, unmapped with the object.
class Mapping
{
public:
    /// Of nothing.
    Mapping() = default;
    /// As mmap(2).
    /// @throws std::system_error
    Mapping(std::size_t size, int protection, int flags, int fd);
    /// Takes it over.
    Mapping(Mapping&& other) noexcept;
    /// Exchanges the two.
    Mapping& operator=(Mapping&& other) noexcept;
    ~Mapping();

    /// Memory of this process alone, in pages as large as may be.
    static Mapping anonymous(std::size_t size);

    /// What is mapped. Writing to what may only be read ends the process.
    std::span<std::byte> bytes() const { return where; }

private:
    std::span<std::byte> where;
};

/// Where other processes of this user find a SharedSegment: nothing but
/// numbers, so that it fits into a message and can name no file.
struct SegmentHandle
{
    std::uint64_t pid;  ///< who made it
    std::uint64_t fd;   ///< by what number the maker knows it
    std::uint64_t size; ///< in bytes
};

/// Memory that this process writes, and others may read in place.
///
/// It is a file without a name (memfd_create(2)). The system frees it with the
/// last process that has it open or mapped, however that ends, and nothing is
/// ever seen in /dev/shm. It is sealed: nobody, its maker included, can make
/// it smaller, so that no reader is killed by SIGBUS; and nobody but its maker
/// can write to it.
class SharedSegment
{
public:
    /// All of its memory is there when this returns.
    /// @param size in bytes
    /// @throws std::system_error when there is not so much memory
    explicit SharedSegment(std::size_t size);
    SharedSegment(const SharedSegment&) = delete;
    SharedSegment& operator=(const SharedSegment&) = delete;
    ~SharedSegment();

    /// Its memory, to be written to.
    std::span<std::byte> bytes() const { return mapping.bytes(); }

    /// What to tell those who shall read it. Good while this object lives.
    SegmentHandle handle() const;

private:
    int fd;
    Mapping mapping;
};

/// Maps the SharedSegment of another process, to be read. The handle may come
/// from anybody: what is not a segment made by SharedSegment, of exactly that
/// size, is refused.
///
/// The way to it is /proc/PID/fd/FD, which the system opens only for the same
/// user (or root) and on the same machine.
/// @param longest the largest size in bytes that is accepted
/// @throws std::runtime_error that says why not
Mapping map_segment(const SegmentHandle& handle, std::uint64_t longest);
