// One event: what it carries, what makes it valid.
#pragma once

#include <cstdint>

#include "base/list.h"
#include "base/moment.h"
#include "base/text.h"

namespace appizer {

/// Who and when an event belongs to, settled when it is tracked.
struct Stamp {
  View user_id = {};
  /// Empty where it is not known, on a server.
  View session_id = {};
  View event_id = {};
  Millis wall = 0;
  /// The document, the number of the view in it (0: none), and that of the event in it.
  View document = {};
  std::uint32_t view = 0;
  std::uint32_t seq = 0;
  /// The page that the visitor was on; empty where there is none. Properties that have a `page`
  /// of their own say better.
  View page = {};
  /// The decision that the visitor is recorded under; empty where none was asked for.
  View consent = {};
};

/// An event as it is journalled.
///
/// `head` is the event of the API contract up to the point where the facts begin that are the same
/// for every event of a document (library, user agent); `append_event_tail` closes it when it is
/// sent.
struct Event {
  String head;
  /// Properties that were shortened or left out, also listed in the event as `$cut`: "properties"
  /// where it is all of them, "event_name" for a name.
  List<View> cut;
  /// Properties that were left out because the SDK's own has that name; in `$cut` as well.
  List<View> reserved;
  bool name_cut = false;
  /// The properties were no JSON object, so the event goes without them.
  bool properties_lost = false;
};

/// Makes an event. `name` must not be blank; `properties` is JSON text, empty or "null" for none.
Event make_event(View name, View properties, const Stamp& stamp);

/// Appends "<document>.<view>", an event's `$view_id`.
void append_view_id(String& out, View document, std::uint32_t view);

/// Closes a journalled event: the visitor's clock as it is sent, library, user agent, whether a bot
/// made it, and the number of events before it that were lost.
void append_event_tail(String& out, View user_agent, bool bot, std::uint32_t dropped,
                       Millis sent_at);

/// Whether a name is snake_case: lower case letters and digits, words joined by single underscores.
bool is_snake_case(View name);

/// Whether a name describes nothing: `event`, `event1`, `click_2`, `test`.
bool says_nothing(View name);

/// Appends an ISO 8601 time in UTC with milliseconds, quoted: "2026-11-23T20:40:46.123Z".
void append_time(String& out, Millis wall);

}  // namespace appizer
