// What the words of a name, an id or a label say of what somebody types there.
//
// The words themselves are data: a list for each language in src/pages/words/*.txt, which
// scripts/words.mjs compiles into word_table.h. They say what a field of a form is for
// (capture/fields.h), and which parameters of a URL may hold what was typed (redaction.h).
#pragma once

#include <cstdint>

#include "base/text.h"

namespace appizer {

/// What a word means. Numbered as the classes are in scripts/words.mjs.
enum class Word : std::uint8_t {
  /// Says nothing: "your", "required", "billing".
  fill,
  email,
  phone,
  first,
  last,
  /// "Vor" in "Vor- und Nachname": counts beside a last name only. And the other way round.
  half_first,
  half_last,
  /// First and last name in one field.
  both,
  /// A name, which part of one is not said. Counts where the text says nothing else.
  name,
  organisation,
  /// A name by which somebody logs in.
  user,
  /// "number": not a name, but perhaps the number of a telephone.
  number,
  /// What else forms ask for.
  other,
  /// Free text, addresses.
  typed,
  /// How a name is pronounced: furigana, pinyin.
  reading,
  /// Somebody else than who fills in the form.
  somebody,
  /// A payment card.
  card,
  /// What else may never leave.
  secret,
  /// The same by short words that mean something else elsewhere: "rg", "tin", "pan".
  code,
  /// A button that does not submit.
  cancel,
  // From here on words of the table that count only where the text, or its part, says nothing else.
  lone,
};

/// What a text says.
class Said {
 public:
  /// `text` is in lower case and without accents (FieldFact). Where code has made it (a name, an
  /// id), words of up to three letters are none.
  explicit Said(View text, bool made = false);

  bool has(Word word) const { return (words_ >> static_cast<unsigned>(word) & 1) != 0; }
  /// Whether any of the words in `bits` (see `bit`) is there.
  bool has_any(std::uint32_t bits) const { return (words_ & bits) != 0; }
  /// The last word that says what is asked for; `fill` where there is none.
  Word last() const { return last_; }
  /// Whether a name is spoken of, though perhaps that of a thing.
  bool names() const { return names_; }
  /// Whether beside an organisation it says something that no list knows: of it, perhaps not its
  /// name.
  bool says_more() const { return says_more_; }
  /// Whether there is anything that no list knows.
  bool is_strange() const { return strange_; }

 private:
  std::uint32_t words_ = 0;
  Word last_ = Word::fill;
  bool names_ = false;
  bool says_more_ = false;
  bool strange_ = false;
};

constexpr std::uint32_t bit(Word word) { return 1U << static_cast<unsigned>(word); }

}  // namespace appizer
