// What the fields of a form mean, and which of them may be known.
//
// A field is judged by its attributes, never by what somebody typed: its value is asked for
// only after that. What may never leave wins over everything that says it may, a site's own mark
// included. Then comes the site's mark (`data-appizer-field`). For all others, type, `autocomplete`
// tokens, name, id, label and placeholder are evidence for or against each meaning, weighed in
// fields.cpp; the meaning with most evidence is the field's. What a name belongs to shows last, in
// the fields beside it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/list.h"
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

constexpr std::size_t kMeanings = 9;

/// How a field was judged.
struct Judgement {
  Meaning meaning = Meaning::unknown;
  /// A name, and nothing says which part of it.
  bool bare = false;
  /// It belongs to a payment card.
  bool card = false;
  /// Nobody sees it, so nothing is beside it.
  bool hidden = false;
  /// An `autocomplete` token says what it means.
  bool token = false;
  /// The evidence for each meaning; `unknown`: for something that is none of these.
  int evidence[kMeanings] = {};
};

/// Judges a field by itself.
Judgement judge(const Field& field);

/// Judges the names in a form by the fields beside them.
void judge_neighbours(List<Judgement>& fields);

/// Whether a form that has this field is one for contact data.
bool asks_for_email(const Field& field, Meaning meaning);

}  // namespace appizer
