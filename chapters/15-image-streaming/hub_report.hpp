#pragma once

#include "cameras.hpp"

/// Prints at its end what came from each camera.
class HubReport
{
public:
    explicit HubReport(const Cameras& known) : cameras{known} {}
    HubReport(const HubReport&) = delete;
    HubReport& operator=(const HubReport&) = delete;
    ~HubReport();

private:
    const Cameras& cameras;
};
