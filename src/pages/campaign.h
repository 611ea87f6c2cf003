// Where a visit came from, by the parameters that advertisers put into links.
#pragma once

#include "base/text.h"
#include "pages/url.h"

namespace appizer {

/// Appends the campaign parameters and click ids of a URL as JSON members, each after a comma:
/// `,"utm_source":"newsletter"`. Names in lower case; of a name that comes twice the first counts.
void append_campaign(String& out, const Url& url);

}  // namespace appizer
