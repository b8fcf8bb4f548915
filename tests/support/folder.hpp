#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

/// A folder of its own, gone at the end of the scope.
struct Folder
{
    Folder()
    {
        std::string name = "/tmp/zmq-workbook-test.XXXXXX"; // short: for ipc
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path); }

    std::filesystem::path path;
};
