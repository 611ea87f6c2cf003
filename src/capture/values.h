// Which values may leave, as what their field means.
#pragma once

#include "base/text.h"
#include "capture/fields.h"

namespace appizer {

/// Whether `value`, without the spaces around it, may leave as what its field means.
bool may_leave(Meaning meaning, View value);

/// Whether a text is an address that mail could be sent to. Strict: what is unusual (quotes,
/// comments, a domain without a dot) counts as a mistake.
bool is_email(View text);

/// Whether a text is a telephone number: 7 to 15 digits with the usual signs between them, and at
/// most an extension behind them.
bool is_phone(View text);

}  // namespace appizer
