#pragma once

#include "common/pictures/picture.hpp"

#include <filesystem>

/// Reads a picture in Netpbm's binary formats: PGM (P5) or PPM (P6), 8 or 16
/// bit. Red and blue change places, and 16 bit samples their bytes: files have
/// them the other way round.
/// @param file all of it
/// @throws BadPicture when it is anything else
Picture read_pnm(Bytes file, BufferPool& pool);

/// The same picture as a file: PGM for grey, PPM for 3 channels, PAM (P7) for
/// 4.
Buffer write_pnm(const PictureView& picture, BufferPool& pool);

/// The bytes of a file.
/// @throws BadPicture when it is larger than any picture that we take
/// @throws std::runtime_error when it cannot be read
Buffer read_file(const std::filesystem::path& path, BufferPool& pool);

/// Puts a file in the place of what is there, at once: whoever reads it sees
/// the old or the new one, whole.
/// @throws std::runtime_error when it cannot be written
void replace_file(const std::filesystem::path& path, Bytes bytes);
