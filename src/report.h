// What the site hears of events that ended otherwise than delivered.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "journal.h"

namespace appizer {

/// Makes the JSON text of a report. `reason` is "evicted", "refused" or "unreadable"; `status` is
/// the server's answer, 0 where it had no part in it. At most ten records are named, all are
/// counted.
std::string report_of(std::string_view reason, int status, std::size_t count,
                      const std::vector<Record>& records);

}  // namespace appizer
