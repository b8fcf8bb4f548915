#include "common/options.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <charconv>
#include <functional>
#include <limits>
#include <utility>

struct Options::Parser
{
    CLI::App app;
    // What --bind… options are called, and where their endpoints are.
    std::vector<std::pair<std::string, const Endpoint*>> bound;
    std::vector<std::pair<std::string, const std::vector<Endpoint>*>>
        bound_many;

    explicit Parser(std::string purpose) : app{std::move(purpose)} {}

    void each_bound(const std::function<void(const std::string& option,
                                             const Endpoint&)>& see) const
    {
        for (const auto& [name, endpoint] : bound)
            see(name, *endpoint);
        for (const auto& [name, endpoints] : bound_many)
            for (const Endpoint& endpoint : *endpoints)
                see(name, endpoint);
    }
};

namespace {

Endpoint checked(const std::string& option, const std::string& text)
{
    try {
        Endpoint endpoint{text};
        if (option.starts_with("--bind"))
            endpoint.check_for_bind();
        if (option.starts_with("--connect"))
            endpoint.check_for_connect();
        return endpoint;
    } catch (const std::invalid_argument& error) {
        throw CLI::ValidationError{option, error.what()};
    }
}

std::string joined(const std::vector<Endpoint>& endpoints)
{
    std::string text;
    for (const Endpoint& endpoint : endpoints)
        text += (text.empty() ? "" : " ") + endpoint.str();
    return text;
}

// CLI11 would take 0x10 and octal, and say "Value … could not be converted".
template <typename Number>
void add_number(CLI::App& app, const std::string& name, Number low, Number high,
                std::string type, const std::string& description, Number start,
                std::function<void(Number)> set)
{
    const auto parse = [=](const std::string& text) {
        Number number{};
        const char* const end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, number);
        if (text.empty() || stop != end || error != std::errc{} ||
            number < low || number > high)
            throw CLI::ValidationError{
                name,
                high == std::numeric_limits<Number>::max()
                    ? fmt::format("'{}' is not a whole number from {} up", text,
                                  low)
                    : fmt::format("'{}' is not a whole number from {} to {}",
                                  text, low, high)};
        set(number);
    };
    app.add_option_function<std::string>(name, parse, description)
        ->type_name(std::move(type))
        ->default_str(std::to_string(start));
}

} // namespace

Options::Options(std::string purpose)
    : parser{std::make_unique<Parser>(std::move(purpose))}
{
    parser->app.get_formatter()->column_width(28);
    parser->app.set_help_flag("--help,-h", "Show this help and exit");
}

Options::~Options() = default;

void Options::add(const std::string& name, Endpoint& value,
                  const std::string& description)
{
    if (name.starts_with("--bind"))
        parser->bound.emplace_back(name, &value);
    parser->app
        .add_option_function<std::string>(
            name,
            [&value, name](const std::string& text) {
                value = checked(name, text);
            },
            description)
        ->type_name("ENDPOINT")
        ->default_str(value.str());
}

void Options::add(const std::string& name, std::vector<Endpoint>& values,
                  const std::string& description)
{
    if (name.starts_with("--bind"))
        parser->bound_many.emplace_back(name, &values);
    parser->app
        .add_option_function<std::vector<std::string>>(
            name,
            [&values, name](const std::vector<std::string>& texts) {
                values.clear();
                for (const std::string& text : texts)
                    values.push_back(checked(name, text));
            },
            description)
        ->type_name("ENDPOINT")
        ->allow_extra_args(!name.starts_with("-"))
        ->default_str(joined(values));
}

void Options::add(const std::string& name, std::string& value,
                  const std::string& description)
{
    parser->app.add_option(name, value, description)
        ->type_name("TEXT")
        ->capture_default_str();
}

void Options::add(const std::string& name, std::vector<std::string>& values,
                  const std::string& description)
{
    parser->app
        .add_option_function<std::vector<std::string>>(
            name,
            [&values](const std::vector<std::string>& texts) {
                values = texts;
            },
            description)
        ->type_name("TEXT")
        ->allow_extra_args(!name.starts_with("-"))
        ->default_str(fmt::format("{}", fmt::join(values, " ")));
}

void Options::add(const std::string& name, std::uint64_t& value,
                  const std::string& description)
{
    add_number<std::uint64_t>(
        parser->app, name, 0, std::numeric_limits<std::uint64_t>::max(), "N",
        description, value, [&value](std::uint64_t number) { value = number; });
}

void Options::add(const std::string& name, int& value, int low, int high,
                  const std::string& description)
{
    add_number<int>(parser->app, name, low, high, "N", description, value,
                    [&value](int number) { value = number; });
}

void Options::add(const std::string& name, std::chrono::milliseconds& value,
                  const std::string& description)
{
    // libzmq takes times as int milliseconds.
    add_number<int>(
        parser->app, name, 0, std::numeric_limits<int>::max(), "MS",
        description, static_cast<int>(value.count()),
        [&value](int number) { value = std::chrono::milliseconds{number}; });
}

void Options::add(const std::string& name, bool& value,
                  const std::string& description)
{
    parser->app.add_flag(name, value, description);
}

bool Options::parse(int argc, const char* const* argv)
{
    try {
        parser->app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        fmt::print("{}", parser->app.help());
        return false;
    } catch (const CLI::ParseError& error) {
        throw UsageError{error.what()};
    }
    return true;
}

std::vector<std::string> Options::listening() const
{
    std::vector<std::string> list;
    parser->each_bound([&](const std::string& name, const Endpoint& endpoint) {
        list.push_back(name + " " + endpoint.str());
    });
    return list;
}

void Options::check_ipc_is_free() const
{
    parser->each_bound([&](const std::string& name, const Endpoint& endpoint) {
        if (endpoint.is_ipc_in_use())
            throw std::runtime_error{fmt::format(
                "{} {}: Address already in use: is another one running? "
                "Choose another with {}",
                name, endpoint.str(), name)};
    });
}
