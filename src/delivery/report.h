// Reports to the site: events that ended otherwise than delivered.
#pragma once

#include "base/list.h"
#include "base/text.h"
#include "delivery/record.h"

namespace appizer {

/// Makes the JSON text of a report. `reason` is "evicted", "refused", "unreadable" or "suppressed";
/// `status` is the server's answer, 0 where it had no part in it. At most ten records are named,
/// all are counted.
View report_of(View reason, int status, std::size_t count, const List<Record>& records);

}  // namespace appizer
