// The only file of this chapter that includes nlohmann-json, which takes
// seconds to compile.

#include "camera_frame.hpp"

#include <nlohmann/json.hpp>

using nlohmann::json;

namespace {

// Of anything that we write. It also limits how deep a value can be nested.
constexpr std::size_t longest_text = 4096; // bytes

std::optional<std::vector<std::uint8_t>> pixels_of(const json& object)
{
    const auto found = object.find("pixels");
    if (found == object.end())
        return std::vector<std::uint8_t>{};
    if (found->is_binary())
        return std::vector<std::uint8_t>{found->get_binary()};
    std::vector<std::uint8_t> bytes;
    for (const json& number : *found) {
        if (!number.is_number_unsigned() || number.get<std::uint64_t>() > 255)
            return {};
        bytes.push_back(number.get<std::uint8_t>());
    }
    return bytes;
}

} // namespace

CameraFrame take_picture()
{
    CameraFrame frame{"door", 7, 21.5, 32, 24, {}};
    for (std::uint64_t n = 0; n < frame.width * frame.height; ++n)
        frame.pixels.push_back(static_cast<std::uint8_t>(n * 97));
    return frame;
}

std::string write(const CameraFrame& frame, Format format, Pixels pixels)
{
    json object{{"camera", frame.camera},
                {"number", frame.number},
                {"celsius", frame.celsius},
                {"width", frame.width},
                {"height", frame.height}};
    if (format == Format::json) {
        if (pixels == Pixels::within)
            object["pixels"] = frame.pixels; // a list of numbers
        return object.dump();
    }
    if (pixels == Pixels::within)
        object["pixels"] = json::binary(frame.pixels);
    std::string bytes;
    json::to_msgpack(object, bytes);
    return bytes;
}

std::optional<CameraFrame> read(std::string_view bytes, Format format)
{
    if (bytes.size() > longest_text)
        return {};
    const json object = format == Format::json
                            ? json::parse(bytes, nullptr, false)
                            : json::from_msgpack(bytes, true, false);
    if (!object.is_object())
        return {};
    try {
        const auto pixels = pixels_of(object);
        if (!pixels)
            return {};
        return CameraFrame{object.at("camera"),  object.at("number"),
                           object.at("celsius"), object.at("width"),
                           object.at("height"),  *pixels};
    } catch (const json::exception&) { // a field is missing, or of another type
        return {};
    }
}
