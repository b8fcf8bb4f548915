// A chapter has one name in five places, and its page shows all of it.

#include "support/process.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

namespace fs = std::filesystem;

namespace {

const fs::path root = WORKBOOK_ROOT;

std::string text_of(const fs::path& file)
{
    std::ifstream stream{file};
    REQUIRE_MESSAGE(stream, "cannot read ", file.string());
    return {std::istreambuf_iterator<char>{stream}, {}};
}

std::vector<std::string> chapters()
{
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator{root / "chapters"})
        if (entry.is_directory())
            names.push_back(entry.path().filename());
    return names;
}

// The programs that a chapter's CMakeLists.txt builds.
std::vector<std::string> programs_of(const std::string& chapter)
{
    const std::string cmake =
        text_of(root / "chapters" / chapter / "CMakeLists.txt");
    const std::regex line{R"(workbook_program\(([a-z_]+))"};
    std::vector<std::string> names;
    for (std::sregex_iterator found{cmake.begin(), cmake.end(), line}, end;
         found != end; ++found)
        names.push_back((*found)[1]);
    return names;
}

std::vector<std::string> scenarios_of(const std::string& chapter)
{
    const Result result =
        run_to_end({(root / "run" / chapter).string(), "--list"});
    REQUIRE(result.status == 0);
    std::istringstream lines{result.out};
    std::vector<std::string> names;
    for (std::string line; std::getline(lines, line);)
        names.push_back(line.substr(0, line.find(' ')));
    return names;
}

} // namespace

TEST_CASE("every chapter is in its five places")
{
    for (const std::string& chapter : chapters()) {
        CAPTURE(chapter);
        CHECK(fs::exists(root / "run" / chapter));
        CHECK(fs::exists(root / "tests" / (chapter + ".cpp")));
        CHECK(fs::exists(root / "docs" / (chapter + ".rst")));
        CHECK(text_of(root / "CMakeLists.txt")
                  .find("workbook_chapter(" + chapter + ")") !=
              std::string::npos);
        CHECK(text_of(root / "README.md").find("run/" + chapter) !=
              std::string::npos);
    }
}

TEST_CASE("every program and every scenario is in the book")
{
    for (const std::string& chapter : chapters()) {
        const std::string page = text_of(root / "docs" / (chapter + ".rst"));
        for (const std::string& program : programs_of(chapter)) {
            const std::regex directive{"\\.\\. program:: " + chapter + "/" +
                                       program + "\n"};
            CHECK_MESSAGE(std::regex_search(page, directive), program,
                          " is missing in docs/", chapter, ".rst");
        }
        for (const std::string& scenario : scenarios_of(chapter)) {
            const std::regex directive{"\\.\\. transcript:: " + chapter + " " +
                                       scenario + "\n"};
            CHECK_MESSAGE(std::regex_search(page, directive), scenario,
                          " is missing in docs/", chapter, ".rst");
        }
    }
}

// Sphinx itself refuses a :term: that the glossary does not have.
TEST_CASE("what a page prints bold is a term of the glossary, or a heading")
{
    int terms = 0;
    for (const auto& entry : fs::directory_iterator{root / "docs"}) {
        if (entry.path().extension() != ".rst")
            continue;
        std::istringstream lines{text_of(entry.path())};
        bool begins = true; // a paragraph or an item of a list
        for (std::string line; std::getline(lines, line);) {
            begins = begins || line.starts_with("* ");
            const bool is_heading =
                begins && (line.starts_with("**") || line.starts_with("* **"));
            CHECK_MESSAGE((is_heading || line.find("**") == std::string::npos),
                          entry.path().string(), ": a :term:? ", line);
            terms += line.find(":term:`") != std::string::npos ? 1 : 0;
            begins = line.empty();
        }
    }
    CHECK(terms > 70);
}

TEST_CASE("every program is short enough to be a lesson, in 80 columns")
{
    for (const std::string& chapter : chapters())
        for (const auto& entry :
             fs::directory_iterator{root / "chapters" / chapter}) {
            if (entry.path().extension() != ".cpp")
                continue;
            std::istringstream lines{text_of(entry.path())};
            int count = 0;
            for (std::string line; std::getline(lines, line); ++count) {
                // Columns, not bytes: continuation bytes take no room.
                const auto columns =
                    std::count_if(line.begin(), line.end(), [](char byte) {
                        return (byte & 0xc0) != 0x80;
                    });
                CHECK_MESSAGE(columns <= 80, entry.path().string(), ": ", line);
            }
            CHECK_MESSAGE(count <= 100, entry.path().string());
        }
}
