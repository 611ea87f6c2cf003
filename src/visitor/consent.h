// The states of consent, and their names.
#pragma once

#include "base/text.h"

namespace appizer {

/// What may be kept and sent right now.
///
/// *Granted*: everything. *Pending*: nothing is stored, read or sent; calls wait in memory,
/// bounded, for the decision. *Denied*: nothing at all happens, and what was stored before is
/// removed.
enum class Consent { granted, pending, denied };

/// Reads a state's name. False, and nothing written, where it is none.
bool read_consent(View name, Consent& consent);
View name_of(Consent consent);

}  // namespace appizer
