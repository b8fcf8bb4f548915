#pragma once

#include "cameras.hpp"

#include <zmq_addon.hpp>

#include <filesystem>

/// Where a hub looks at what has come: checks it, decodes it, and hands it to
/// the cameras and to a folder.
class Desk
{
public:
    /// @param folder where to keep the newest picture of each camera in a
    ///        file; none when it is empty
    Desk(Cameras& cameras, std::filesystem::path folder);

    /// @param message whatever a peer sent; what makes no sense is refused
    void take(zmq::multipart_t& message);

private:
    std::shared_ptr<const Shot> check(zmq::multipart_t& message,
                                      std::string& name);
    void save(const Shot& shot);

    Cameras& cameras;
    std::filesystem::path folder;
    BufferPool pool{2}; // one to decode, one to save
    JpegDecoder decoder;
    std::uint64_t failures = 0;
};

/// The name of a camera as that of a file: letters, digits, - and _ as they
/// are, and all else as %20.
std::string file_name(const std::string& camera);
