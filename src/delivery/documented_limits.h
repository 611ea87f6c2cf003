// The sizes that Appizer documents for an event, which a server may enforce.
#pragma once

#include <cstddef>

#include "base/text.h"
#include "delivery/record.h"

namespace appizer {

/// Characters of an event's name, and of its properties as JSON.
constexpr std::size_t kDocumentedName = 100;
constexpr std::size_t kDocumentedProperties = 10000;

/// Characters (code points) of a text.
std::size_t count_characters(View text);

/// The text of an event that was refused, cut to these limits: the longest properties are left out,
/// and named in `$cut`. `View::none()` where it is within them, or no event. In `scratch`.
View cut_to_documented_limits(const Record& record);

}  // namespace appizer
