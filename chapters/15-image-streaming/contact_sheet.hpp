#pragma once

#include "cameras.hpp"

/// The newest picture of every camera on one, side by side in the order of
/// their ids.
/// @param file where it goes as a JPEG; nowhere when it is empty
void save_contact_sheet(const std::string& file, const Cameras& cameras);

/// The same as a picture.
Picture contact_sheet(const Cameras& cameras, BufferPool& pool);
