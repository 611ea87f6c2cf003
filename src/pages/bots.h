// Programs that visit pages: crawlers, previewers, monitors, and browsers under a test's control.
#pragma once

#include "base/text.h"

namespace appizer {

/// Whether the visitor is a bot: the browser says so itself (`navigator.webdriver`), or its user
/// agent has a well-known word in it. A bot that hides is not recognised.
bool is_bot(View user_agent, bool webdriver);

}  // namespace appizer
