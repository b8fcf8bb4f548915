#include "desk.hpp"

#include "common/pictures/pnm.hpp"

#include <fmt/format.h>

#include <utility>

Desk::Desk(Cameras& known, std::filesystem::path files)
    : cameras{known}, folder{std::move(files)}
{
}

void Desk::take(zmq::multipart_t& message)
{
    std::string name;
    try {
        const auto shot = check(message, name);
        cameras.note(shot);
        if (!folder.empty())
            save(*shot);
    } catch (const BadPicture& bad) {
        cameras.refuse(bad.name.empty() ? name : bad.name, bad.what());
    }
}

std::shared_ptr<const Shot> Desk::check(zmq::multipart_t& message,
                                        std::string& name)
{
    if (message.size() != 2)
        throw BadPicture{"it has not two frames"};
    ImageHeader header = image_header(message.peek(0)->to_string_view());
    if (header.name.empty() || header.name.size() > longest_camera_name)
        throw BadPicture{"its \"msg\" is no name for a camera"};
    name = header.name;
    const Bytes body = bytes_of(*message.peek(1));
    Shape shape;
    if (header.shape)
        shape = view(*header.shape, body).shape;
    else
        shape = decoder.decode(body, pool).shape; // here one would use it
    return std::make_shared<const Shot>(std::move(header), shape,
                                        message.remove());
}

void Desk::save(const Shot& shot)
try {
    const auto path = folder / file_name(shot.header().name);
    if (shot.is_jpeg())
        replace_file(path.string() + ".jpg", shot.body());
    else
        replace_file(path.string() + (shot.shape().channels == 1   ? ".pgm"
                                      : shot.shape().channels == 3 ? ".ppm"
                                                                   : ".pam"),
                     write_pnm({shot.shape(), shot.body()}, pool));
} catch (const std::runtime_error& error) {
    if (failures++ == 0)
        fmt::print(stderr, "A picture was not saved: {}\n", error.what());
}

std::string file_name(const std::string& camera)
{
    std::string name;
    for (const char one : camera) {
        if ((one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') ||
            (one >= '0' && one <= '9') || one == '-' || one == '_')
            name += one;
        else
            name += fmt::format("%{:02X}", static_cast<unsigned char>(one));
    }
    // The longest that a folder takes is 255.
    return name.size() <= 200
               ? name
               : name.substr(0, 200) +
                     fmt::format("%{}", std::hash<std::string>{}(camera));
}
