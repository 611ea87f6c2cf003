// The URL and the body of a request, from the records it carries.
#pragma once

#include <cstddef>

#include "base/list.h"
#include "base/moment.h"
#include "base/text.h"
#include "config.h"
#include "delivery/record.h"

namespace appizer::request {

/// Bytes of a body around its records. An app's id that is so long that it would leave no room for
/// events counts only in part.
std::size_t envelope(const Config& config);

/// The most that a record grows by when it is sent.
std::size_t overhead(const Config& config);

/// Both are in `scratch`; `wall` is the visitor's clock, `records` are of one kind and one app, and
/// several only if they are events.
View url_of(const Config& config, const List<const Record*>& records);
View body_of(const Config& config, const List<const Record*>& records, Millis wall);

}  // namespace appizer::request
