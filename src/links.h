// Which clicks on links are worth an event.
#pragma once

#include <string>
#include <string_view>

#include "config.h"

namespace appizer {

/// A link that somebody clicked.
struct Link {
  /// Absolute.
  std::string_view url = {};
  /// The value of the attribute `download`; `downloads` is whether there is one.
  std::string_view download = {};
  bool downloads = false;
  /// The mouse button: 0 for the main one and the keyboard, 1 for the wheel, 2 for the menu.
  int button = 0;
};

/// Returns the name of the event that a click on a page is, and its properties in `properties`;
/// an empty name if it is none.
std::string_view link_event(const Config& config, std::string_view page_url, std::string_view page,
                            const Link& link, std::string& properties);

}  // namespace appizer
