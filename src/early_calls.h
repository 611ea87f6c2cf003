// Calls that a page made before its client ran.
//
// The glue, or the stub, puts each into storage in the task that made it
// (js-glue/api/early_calls.ts), under a key of the durable queue that no other document touches for
// `kEarly` (storage_keys.h). The page's own client makes the call again as it starts, and says
// under which key it is; if the page ended before that, another client takes the call over, as any
// orphaned segment. Both write what the call records under that very key. So storage has at each
// moment either the call or what it records, never both and never neither, whenever the page ends.
#pragma once

#include <cstdint>

#include "base/moment.h"
#include "base/text.h"

namespace appizer {

/// One such call, as a JSON object; texts stand until the next input. The stub is to be small, so
/// names have one letter.
///
/// | name | of an event                    | of the document's first view      |
/// |------|--------------------------------|-----------------------------------|
/// | `n`  | its name                       |                                   |
/// | `p`  | its properties                 |                                   |
/// | `v`  |                                | the title                         |
/// | `r`  |                                | the referrer                      |
/// | `l`  |                                | the landing                       |
/// | `t`  | Unix time in milliseconds      | the same                          |
/// | `u`  | the URL of the page            | the same                          |
/// | `i`  | the user id, if there was one  | the same                          |
/// | `s`  | its number in the document     | the same                          |
struct EarlyCall {
  bool is_view = false;
  View name;
  View properties;
  View title;
  View referrer;
  View landing;
  Millis happened = 0;
  View url;
  View user_id;
  std::uint32_t seq = 0;

  /// False where the text is none.
  bool read(View text);
};

/// The id of the event that the call under this key records, in `scratch`: the same whichever
/// client records it, so that a server can drop a copy where storage kept the call and took no
/// record.
View early_event_id(View key);

}  // namespace appizer
