// Which clicks on elements other than links are worth an event.
#pragma once

#include "base/text.h"
#include "config.h"

namespace appizer {

/// A click, or a key press that stands for one, on an element that a site has marked or on a
/// button.
struct Press {
  /// The value of the element's `data-appizer-event`; empty for a button without one.
  View event = {};
  /// Its `data-appizer-event-…` attributes as a JSON object, by what follows the last fixed dash.
  View properties = {};
  /// What a screen reader would call the button.
  View text = {};
  /// The attribute `id`.
  View id = {};
};

/// Returns the name of the event that a press is, and its properties in `properties`; an empty name
/// if it is none. A marked element is an event of the site's own name; a button is `button_click`
/// where the site asks for clicks.
View press_event(const Config& config, View page, const Press& press, String& properties);

}  // namespace appizer
