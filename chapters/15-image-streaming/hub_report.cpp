#include "hub_report.hpp"

#include "common/printable.hpp"

#include <fmt/core.h>

HubReport::~HubReport()
{
    for (const CameraReport& camera : cameras.report())
        fmt::print("{}: {} pictures, {:.1f} kB each, {} refused\n",
                   printable(camera.name, longest_camera_name), camera.pictures,
                   camera.pictures == 0
                       ? 0
                       : static_cast<double>(camera.bytes) / 1000 /
                             static_cast<double>(camera.pictures),
                   camera.refused);
    if (const auto refused = cameras.refused_of_nobody(); refused > 0)
        fmt::print("nobody: {} refused\n", refused);
}
