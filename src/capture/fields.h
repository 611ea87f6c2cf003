// Which fields of a form may be known, and as what.
//
// A field is judged by its attributes, never by what somebody typed: its value is asked for
// only after that. What may never leave wins over everything that says it may, a site's own mark
// included. Then come, in this order, the site's mark (`data-appizer-field`), the type, the
// `autocomplete` tokens of the HTML standard, the name and id, and the label.
#pragma once

#include <cstdint>

#include "base/text.h"
#include "capture/facts.h"

namespace appizer {

enum class Meaning : std::uint8_t {
  /// Neither its value nor its name may be known.
  denied,
  /// Its name may be known.
  unknown,
  email,
  phone,
  first_name,
  last_name,
  full_name,
  organisation,
  /// A property by the name that the site gave it.
  marked,
};

Meaning meaning_of(const Field& field);

/// Whether a form that has this field is one for contact data.
bool asks_for_email(const Field& field, Meaning meaning);

/// Whether `value`, without the spaces around it, may leave as what its field means.
bool may_leave(Meaning meaning, View value);

/// Whether a text is an address that mail could be sent to. Strict: what is unusual (quotes,
/// comments, a domain without a dot) counts as a mistake.
bool is_email(View text);

/// Whether a text is a telephone number: 7 to 15 digits with the usual signs between them, and at
/// most an extension behind them.
bool is_phone(View text);

}  // namespace appizer
