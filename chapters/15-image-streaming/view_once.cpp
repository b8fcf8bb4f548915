// Looks at a hub's page as a browser would, but once: what each camera is
// doing, and one picture of each.
//
//     view_once [--view 127.0.0.1:8088]

#include "common/options.hpp"
#include "common/printable.hpp"
#include "common/run.hpp"

#include <fmt/core.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

// What is at that path, or the reason why there is nothing.
std::string get(httplib::Client& hub, const std::string& path)
{
    const httplib::Result result = hub.Get(path);
    if (!result)
        throw std::runtime_error{"GET " + path + ": " +
                                 httplib::to_string(result.error())};
    if (result->status != 200)
        throw std::runtime_error{
            fmt::format("GET {}: status {}", path, result->status)};
    return result->body;
}

void look(const std::string& place)
{
    httplib::Client hub{"http://" + place};
    const std::string page = get(hub, "/");
    fmt::print("The page has {} bytes\n", page.size());
    for (const auto& camera : nlohmann::json::parse(get(hub, "/cameras"))) {
        const int id = camera.at("id");
        const std::string picture = get(hub, fmt::format("/camera/{}.jpg", id));
        fmt::print("{}: {}, {}, {:.0f} a second, a JPEG of {} bytes\n",
                   printable(camera.at("name").get<std::string>()),
                   camera.at("state").get<std::string>(),
                   camera.at("shape").get<std::string>(),
                   camera.at("per_second").get<double>(), picture.size());
    }
}

int main(int argc, char** argv)
{
    std::string place = "127.0.0.1:8088";
    Options options{"Shows what a hub's page would show, once."};
    options.add("--view", place, "HOST:PORT of the page");
    return run(options, argc, argv, [&] { look(place); });
}
