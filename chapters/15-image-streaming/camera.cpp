#include "camera.hpp"

#include "common/options.hpp"
#include "common/pictures/image_header.hpp"

#include <utility>

Camera::Camera(std::string called, const std::string& from, int jpeg_quality,
               zmq::socket_ref awake)
    : name{std::move(called)}, quality{jpeg_quality}
{
    try {
        source = image_source(from, pool, awake);
    } catch (const std::invalid_argument& error) {
        throw UsageError{std::string{"--source: "} + error.what()};
    }
}

std::optional<zmq::multipart_t> Camera::next()
{
    std::optional<Image> image = source->next();
    if (!image)
        return {};
    ImageHeader header{name, image->shape, number++, image_time()};
    if (header.shape && quality > 0) {
        image->bytes =
            encoder.encode({*header.shape, image->bytes}, quality, pool);
        header.shape.reset(); // a JPEG says itself how large it is
    }
    zmq::multipart_t message;
    message.addstr(to_json(header));
    message.add(to_message(std::move(image->bytes))); // not copied
    return message;
}
