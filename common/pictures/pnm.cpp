#include "common/pictures/pnm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <fstream>
#include <string_view>
#include <system_error>

namespace {

constexpr std::size_t longest_pnm_header = 4096; // bytes, with its comments

// The words of the header; a '#' starts a comment up to the end of the line.
class Words
{
public:
    explicit Words(Bytes file)
        : text{reinterpret_cast<const char*>(file.data()),
               std::min(file.size(), longest_pnm_header)}
    {
    }

    std::string_view next()
    {
        const auto is_blank = [](char one) {
            return one == ' ' || (one >= '\t' && one <= '\r');
        };
        while (at < text.size() && (is_blank(text[at]) || text[at] == '#'))
            at = text[at] == '#' ? std::min(text.find('\n', at), text.size())
                                 : at + 1;
        const std::size_t begin = at;
        while (at < text.size() && !is_blank(text[at]))
            ++at;
        return text.substr(begin, at - begin);
    }

    int number()
    {
        int value = 0;
        for (const char digit : next()) {
            if (digit < '0' || digit > '9' || value > 100'000)
                throw BadPicture{"a PNM file has a bad number"};
            value = value * 10 + (digit - '0');
        }
        return value;
    }

    std::size_t read() const { return at; }

private:
    std::string_view text;
    std::size_t at = 0;
};

// Between BGR as this machine has it and RGB with the high byte first.
void reorder(const Shape& shape, const std::uint8_t* from, std::uint8_t* to)
{
    const auto channels = static_cast<std::size_t>(shape.channels);
    const auto bytes = static_cast<std::size_t>(shape.sample_bytes);
    const std::size_t flip =
        bytes == 2 && std::endian::native == std::endian::little ? 1 : 0;
    const std::size_t pixel = channels * bytes;
    for (std::size_t at = 0; at < shape.bytes(); at += pixel)
        for (std::size_t c = 0; c < channels; ++c) {
            const std::size_t swapped = channels >= 3 && c < 3 ? 2 - c : c;
            for (std::size_t b = 0; b < bytes; ++b)
                to[at + c * bytes + b] =
                    from[at + swapped * bytes + (b ^ flip)];
        }
}

std::string header_of(const Shape& shape)
{
    const int most = shape.sample_bytes == 1 ? 255 : 65535;
    if (shape.channels == 4)
        return fmt::format("P7\nWIDTH {}\nHEIGHT {}\nDEPTH 4\nMAXVAL {}\n"
                           "TUPLTYPE RGB_ALPHA\nENDHDR\n",
                           shape.width, shape.height, most);
    return fmt::format("P{}\n{} {}\n{}\n", shape.channels == 1 ? 5 : 6,
                       shape.width, shape.height, most);
}

std::runtime_error failure(const std::filesystem::path& path)
{
    return std::runtime_error{fmt::format(
        "{}: {}", path.string(), std::generic_category().message(errno))};
}

} // namespace

Picture read_pnm(Bytes file, BufferPool& pool)
{
    Words words{file};
    const std::string_view kind = words.next();
    if (kind != "P5" && kind != "P6")
        throw BadPicture{"it is no binary PGM or PPM"};
    Shape shape;
    shape.channels = kind == "P5" ? 1 : 3;
    shape.width = words.number();
    shape.height = words.number();
    const int most = words.number();
    if (most != 255 && most != 65535)
        throw BadPicture{"its largest sample is neither 255 nor 65535"};
    shape.sample_bytes = most == 255 ? 1 : 2;
    check(shape);
    const std::size_t begin = words.read() + 1; // one blank ends the header
    if (file.size() < begin || file.size() - begin < shape.bytes())
        throw BadPicture{"its pixels are not as many as its shape says"};
    Picture picture{shape, pool.take(shape.bytes())};
    reorder(shape, file.data() + begin, picture.pixels.data());
    return picture;
}

Buffer write_pnm(const PictureView& picture, BufferPool& pool)
{
    const std::string header = header_of(picture.shape);
    Buffer file = pool.take(header.size() + picture.shape.bytes());
    std::copy(header.begin(), header.end(), file.data());
    reorder(picture.shape, picture.pixels.data(), file.data() + header.size());
    return file;
}

Buffer read_file(const std::filesystem::path& path, BufferPool& pool)
{
    std::ifstream stream{path, std::ios::binary | std::ios::ate};
    if (!stream)
        throw failure(path);
    const auto size = static_cast<std::streamoff>(stream.tellg());
    if (size < 0)
        throw failure(path);
    if (static_cast<std::size_t>(size) > largest_picture + longest_pnm_header)
        throw BadPicture{"it is a file of more bytes than we take"};
    Buffer bytes = pool.take(static_cast<std::size_t>(size));
    stream.seekg(0);
    if (!stream.read(reinterpret_cast<char*>(bytes.data()), size))
        throw failure(path);
    return bytes;
}

void replace_file(const std::filesystem::path& path, Bytes bytes)
{
    const std::filesystem::path fresh = path.string() + ".new";
    std::ofstream stream{fresh, std::ios::binary};
    stream.write(reinterpret_cast<const char*>(bytes.data()),
                 static_cast<std::streamsize>(bytes.size()));
    stream.close();
    if (!stream)
        throw failure(fresh);
    std::filesystem::rename(fresh, path);
}
