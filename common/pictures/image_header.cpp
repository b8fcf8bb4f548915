// The only file of the module that includes nlohmann-json, which takes seconds
// to compile.

#include "common/pictures/image_header.hpp"

#include <nlohmann/json.hpp>

#include <chrono>

using nlohmann::json;

namespace {

int sample_bytes(const json& type)
{
    if (type == "uint8")
        return 1;
    if (type == "uint16")
        return 2;
    throw BadPicture{"its dtype is neither uint8 nor uint16"};
}

// A whole number that fits; 0, which no check lets pass, for anything else.
int small_number(const json& value)
{
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > 1U << 30U)
        return 0;
    return value.get<int>();
}

Shape shape_of(const json& list, int bytes)
{
    if (!list.is_array() || list.size() < 2 || list.size() > 3)
        throw BadPicture{"its shape is not [height, width, channels]"};
    const Shape shape{small_number(list[1]), small_number(list[0]),
                      list.size() == 3 ? small_number(list[2]) : 1, bytes};
    check(shape);
    return shape;
}

std::optional<Shape> shape_in(const json& object)
{
    const auto type = object.find("dtype");
    const auto shape = object.find("shape");
    if ((type == object.end()) != (shape == object.end()))
        throw BadPicture{"its header has one of dtype and shape, not both"};
    if (type == object.end())
        return {};
    return shape_of(*shape, sample_bytes(*type));
}

// What others may use the same word for is not ours to refuse.
std::optional<std::int64_t> number_in(const json& object, const char* key)
{
    const auto found = object.find(key);
    if (found == object.end() || !found->is_number_unsigned() ||
        found->get<std::uint64_t>() > std::uint64_t{INT64_MAX})
        return {};
    return found->get<std::int64_t>();
}

} // namespace

std::string to_json(const ImageHeader& header)
{
    json object{{"msg", header.name}};
    if (header.shape) {
        const Shape& shape = *header.shape;
        object["dtype"] = shape.sample_bytes == 1 ? "uint8" : "uint16";
        object["shape"] = {shape.height, shape.width};
        if (shape.channels > 1)
            object["shape"].push_back(shape.channels);
    }
    if (header.number)
        object["number"] = *header.number;
    if (header.time)
        object["time"] = *header.time;
    return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

ImageHeader image_header(std::string_view text)
{
    if (text.size() > longest_image_header)
        throw BadPicture{"its header is too long"};
    const json object = json::parse(text, nullptr, false);
    if (!object.is_object())
        throw BadPicture{"its header is no JSON object"};
    const auto name = object.find("msg");
    if (name == object.end() || !name->is_string())
        throw BadPicture{"its header has no text \"msg\""};
    ImageHeader header{name->get<std::string>(), {}, {}, {}};
    try {
        header.shape = shape_in(object);
    } catch (BadPicture& bad) {
        bad.name = header.name;
        throw;
    }
    header.number = number_in(object, "number");
    header.time = number_in(object, "time");
    return header;
}

PictureView view(const Shape& shape, Bytes body)
{
    if (body.size() != shape.bytes())
        throw BadPicture{"its pixels are not as many as its shape says"};
    return {shape, body};
}

std::int64_t image_time()
{
    using namespace std::chrono;
    return duration_cast<microseconds>(system_clock::now().time_since_epoch())
        .count();
}
