#pragma once

#include "cameras.hpp"

/// The cameras as JSON, for the page.
std::string to_json(const std::vector<CameraReport>& cameras);
