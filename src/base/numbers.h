// Numbers that identify somebody: of cards, accounts, papers, telephones.
#pragma once

#include <cstddef>

#include "base/text.h"

namespace appizer {

/// The digits of a text, whatever stands between them but letters.
struct Digits {
  explicit Digits(View text);

  /// The most in a row.
  std::size_t most = 0;
  std::size_t all = 0;
  /// Whether they may be the number of a payment card: 12 to 19 digits that pass Luhn's check, or
  /// more digits than that.
  bool card = false;
};

/// Whether a text is an IBAN, with or without spaces: ISO 13616's check digits are right.
bool is_iban(View text);

/// Whether a text is the number of an identity paper as some countries write it: a US social
/// security number, a Brazilian CPF, a Spanish DNI or NIE, a passport (one or two capital letters
/// and seven digits).
bool is_paper(View text);

/// Whether a text by itself looks like a telephone number: it begins with '+' or a zero, or has
/// such signs between its digits.
bool looks_like_phone(View text);

}  // namespace appizer
