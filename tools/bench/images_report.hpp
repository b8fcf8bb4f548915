#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

/// What was measured of one way for pictures to travel.
struct Measured
{
    std::vector<double> rates; ///< pictures a second, of each round
    double decibels = 0;       ///< how near the worst picture came (PSNR)
    std::size_t bytes = 0;     ///< of one picture on its way

    double median() const
    {
        std::vector<double> sorted = rates;
        std::sort(sorted.begin(), sorted.end());
        const std::size_t size = sorted.size();
        return size == 0 ? 0 : (sorted[size / 2] + sorted[(size - 1) / 2]) / 2;
    }
};

/// Two of them side by side.
struct Comparison
{
    std::string what;
    Measured python; ///< without rates when it was left out
    Measured ours;
    double goal; ///< the ratio that we wanted
    /// Pictures a second if nothing cost time but our encoding and decoding,
    /// on all processors that the way can use; 0: nothing is encoded.
    double codec = 0;

    double ratio() const
    {
        return python.rates.empty() ? 0 : ours.median() / python.median();
    }
};

/// Prints a table, or comma-separated values, and draws the ratios.
/// @param svg file to draw in; empty: none
/// @throws std::system_error
void report(const std::vector<Comparison>& comparisons, bool csv,
            const std::string& svg);
