// The states of consent by their names.
#pragma once

#include "base/text.h"
#include "config.h"

namespace appizer {

/// Reads a state's name. False, and nothing written, where it is none.
bool read_consent(View name, Consent& consent);
View name_of(Consent consent);

}  // namespace appizer
