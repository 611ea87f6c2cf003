// Programs that visit pages: crawlers, previewers, monitors, and browsers under a test's control.
#pragma once

#include "base/text.h"

namespace appizer {

/// Whether a program is at work: the browser says so itself (`navigator.webdriver`), or its user
/// agent has a well-known word in it. Who wants to pass for a person is not found out.
bool is_bot(View user_agent, bool webdriver);

}  // namespace appizer
