// One entry of the durable queue, and its line in a segment.
#pragma once

#include <cstdint>

#include "base/moment.h"
#include "base/text.h"

namespace appizer {

enum class Kind : char { event = 'E', user = 'U', alias = 'A' };

/// What one record holds.
struct Record {
  Kind kind = Kind::event;
  /// A JSON object without its end, which is added when it is sent.
  String text;
  /// The app it belongs to where that is not the client's own.
  String app;
  /// Records before this one that were lost, not yet reported to the server.
  std::uint32_t dropped = 0;

  /// Times that it alone failed while others passed (isolation.h).
  std::uint32_t strikes = 0;

  /// Set by the journal.
  std::uint32_t number = 0;
  std::uint32_t flight = 0;  // 0: waiting
  bool handed_over = false;
  bool stored = false;      // storage has it, unless the last write is refused
  bool was_stored = false;  // and before that write
};

/// When an event happened (wall time), from its id (a UUID version 7); `kNever` where that is
/// unknown.
Millis time_of(const Record& record);

/// What closes a record's text: an event is cut off inside its properties.
View ending(Kind kind);

/// Appends one line of a segment (storage_keys.h), without its line feed.
void append_line(String& out, const Record& record);

/// Reads a line without its line feed. False where it is not one that `append_line` wrote.
bool from_line(View line, Record& record);

}  // namespace appizer
