#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// Something to film, the same for all who film it: hills under a sky, with
/// soft light, hard edges and the grain of a camera, so that its JPEGs are as
/// large as those of photographs. Pictures are 8-bit BGR.
class Scene
{
public:
    Scene(int width, int height);

    /// Picture number n of a camera that turns: a part of the scene.
    std::vector<std::uint8_t> picture(int n) const;

    /// Writes the first pictures one behind the other, nothing between them.
    /// @throws std::system_error
    void write(const std::string& path, int pictures) const;

private:
    int width;
    int height;
    int stride; // pixels in a row of the whole scene
    std::vector<std::uint8_t> pixels;
};
