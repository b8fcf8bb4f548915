#include "support/process.hpp"
#include <doctest/doctest.h>
