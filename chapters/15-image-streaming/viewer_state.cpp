#include "viewer_state.hpp"

#include <nlohmann/json.hpp>

using nlohmann::json;

namespace {

const char* word(CameraReport::State state)
{
    switch (state) {
    case CameraReport::State::live:
        return "live";
    case CameraReport::State::stale:
        return "stale";
    default:
        return "gone";
    }
}

} // namespace

std::string to_json(const std::vector<CameraReport>& cameras)
{
    json list = json::array();
    for (const CameraReport& camera : cameras) {
        json entry{{"id", camera.id},
                   {"name", camera.name},
                   {"state", word(camera.state)},
                   {"shape", to_string(camera.shape)},
                   {"pictures", camera.pictures},
                   {"refused", camera.refused},
                   {"per_second", camera.per_second},
                   {"number", nullptr},
                   {"delay", nullptr}};
        if (camera.number)
            entry["number"] = *camera.number;
        if (camera.delay)
            entry["delay"] = *camera.delay;
        list.push_back(std::move(entry));
    }
    return list.dump();
}
