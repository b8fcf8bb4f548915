#include "camera.hpp"

#include "common/pictures/image_header.hpp"

#include <utility>

void CameraPlan::add_to(Options& options)
{
    options.add("--name", name, "What the camera is called");
    options.add("--source", source,
                "pattern, pattern:WIDTHxHEIGHT, a folder, or - for stdin");
    options.add("--jpeg", quality, 0, 100, "Quality of JPEGs, 0 = raw");
}

std::unique_ptr<ImageSource> CameraPlan::open(const BufferPool& pool,
                                              zmq::socket_ref awake) const
try {
    return image_source(source, pool, awake);
} catch (const std::invalid_argument& error) {
    throw UsageError{std::string{"--source: "} + error.what()};
}

Camera::Camera(CameraPlan its_plan, zmq::socket_ref awake)
    : plan{std::move(its_plan)}, source{plan.open(pool, awake)}
{
}

std::optional<zmq::multipart_t> Camera::next()
{
    std::optional<Image> image = source->next();
    if (!image)
        return {};
    ImageHeader header{plan.name, image->shape, number++, image_time()};
    if (header.shape && plan.quality > 0) {
        image->bytes =
            encoder.encode({*header.shape, image->bytes}, plan.quality, pool);
        header.shape.reset(); // a JPEG says itself how large it is
    }
    zmq::multipart_t message;
    message.addstr(to_json(header));
    message.add(to_message(std::move(image->bytes))); // not copied
    return message;
}
