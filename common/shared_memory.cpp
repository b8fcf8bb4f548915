#include "common/shared_memory.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#ifndef F_SEAL_FUTURE_WRITE // Linux 5.1; not in every libc's headers
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

namespace {

constexpr int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

[[noreturn]] void throw_errno(const char* what)
{
    throw std::system_error{errno, std::generic_category(), what};
}

class Descriptor
{
public:
    explicit Descriptor(int number) : fd{number} {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor()
    {
        if (fd >= 0)
            close(fd);
    }
    operator int() const { return fd; } // NOLINT: to the system's calls

private:
    int fd;
};

[[noreturn]] void refuse(const SegmentHandle& handle, const char* why)
{
    throw std::runtime_error{fmt::format("shared memory {} of process {}: {}",
                                         handle.fd, handle.pid, why)};
}

// Looks without opening: opening a pipe or a device would do something to it.
Descriptor look_at(const SegmentHandle& handle)
{
    const std::string path =
        fmt::format("/proc/{}/fd/{}", handle.pid, handle.fd);
    return Descriptor{open(path.c_str(), O_PATH | O_CLOEXEC)};
}

void check_is_memory(const SegmentHandle& handle, int fd)
{
    struct stat file
    {
    };
    struct statfs system
    {
    };
    if (fstat(fd, &file) != 0 || fstatfs(fd, &system) != 0)
        throw_errno("shared memory");
    if (!S_ISREG(file.st_mode) || system.f_type != TMPFS_MAGIC ||
        file.st_nlink != 0)
        refuse(handle, "this is not memory to share");
    if (std::cmp_not_equal(file.st_size, handle.size))
        refuse(handle, "it has another size");
}

// The system would look for memory that is not there, and kill for it.
void check_there_is(std::uint64_t size)
{
    std::ifstream file{"/proc/meminfo"};
    for (std::string line; std::getline(file, line);) {
        constexpr std::string_view name = "MemAvailable:";
        if (line.starts_with(name) &&
            size / 1024 > std::stoull(line.substr(name.size())))
            throw std::system_error{ENOMEM, std::generic_category(),
                                    "memory to share"};
    }
}

} // namespace

Mapping::Mapping(std::size_t size, int protection, int flags, int fd)
{
    void* const start = mmap(nullptr, size, protection, flags, fd, 0);
    if (start == MAP_FAILED)
        throw_errno("mapping memory");
    where = {static_cast<std::byte*>(start), size};
}

Mapping::Mapping(Mapping&& other) noexcept
    : where{std::exchange(other.where, {})}
{
}

Mapping& Mapping::operator=(Mapping&& other) noexcept
{
    std::swap(where, other.where);
    return *this;
}

Mapping::~Mapping()
{
    if (!where.empty())
        munmap(where.data(), where.size());
}

Mapping Mapping::anonymous(std::size_t size)
{
    Mapping mapping{size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                    -1};
    madvise(mapping.bytes().data(), size, MADV_HUGEPAGE); // if there are any
    return mapping;
}

SharedSegment::SharedSegment(std::size_t size)
    : fd{memfd_create("workbook", MFD_CLOEXEC | MFD_ALLOW_SEALING)}
{
    if (fd < 0)
        throw_errno("memfd_create");
    try {
        // Its memory now, or an error now, and not a signal later.
        check_there_is(size);
        if (fchmod(fd, 0600) != 0 ||
            fallocate(fd, 0, 0, static_cast<off_t>(size)) != 0)
            throw_errno("memory to share");
        mapping = Mapping{size, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_POPULATE, fd};
        // After our own mapping: no other one may be written to.
        if (fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE) != 0 ||
            fcntl(fd, F_ADD_SEALS, seals) != 0)
            throw_errno("sealing memory");
    } catch (...) {
        close(fd);
        throw;
    }
}

SharedSegment::~SharedSegment()
{
    close(fd);
}

SegmentHandle SharedSegment::handle() const
{
    return {static_cast<std::uint64_t>(getpid()),
            static_cast<std::uint64_t>(fd), mapping.bytes().size()};
}

Mapping map_segment(const SegmentHandle& handle, std::uint64_t longest)
{
    if (handle.size == 0 || handle.size > longest)
        refuse(handle, "its size is out of bounds");
    const Descriptor seen = look_at(handle);
    if (seen < 0)
        refuse(handle, "not to be had: another machine or user, or gone?");
    check_is_memory(handle, seen);
    // The very file that we looked at, whatever has that number by now.
    const std::string same = fmt::format("/proc/self/fd/{}", int{seen});
    const Descriptor file{open(same.c_str(), O_RDONLY | O_CLOEXEC)};
    if (file < 0)
        refuse(handle, "it may not be read");
    const int its_seals = fcntl(file, F_GET_SEALS);
    if (its_seals < 0 || (its_seals & F_SEAL_SHRINK) == 0)
        refuse(handle, "it is not sealed, and could shrink");
    check_is_memory(handle, file); // again: it may have shrunk before the seal
    return {static_cast<std::size_t>(handle.size), PROT_READ,
            MAP_SHARED | MAP_POPULATE, file};
}
