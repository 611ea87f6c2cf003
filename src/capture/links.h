// Which clicks on links are worth an event.
#pragma once

#include "base/text.h"
#include "config.h"

namespace appizer {

/// A link that somebody clicked.
struct Link {
  /// Absolute.
  View url = {};
  /// The value of the attribute `download`; `downloads` is whether there is one.
  View download = {};
  bool downloads = false;
  /// The mouse button: 0 for the main one and the keyboard, 1 for the wheel, 2 for the menu.
  int button = 0;
};

/// Returns the name of the event that a click on a page is, and its properties in `properties`;
/// an empty name if it is none.
View link_event(const Config& config, View page_url, View page, const Link& link,
                String& properties);

}  // namespace appizer
