#pragma once

#include <string_view>

/// The page that shows the cameras: view.html.
extern const std::string_view view_page;
