// The attributes of a form and of its fields, as the host reads them from the page.
//
// The facts cross as texts that are separated by NUL: those of the form, in the order of
// `FormFact`, and then those of each of its fields, in the order of `FieldFact`. The numbers cross
// the ABI; a test compares them with those of the glue.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/text.h"

namespace appizer {

enum class FormFact : std::uint8_t {
  id = 0,
  name = 1,
  /// Where it would be sent: an absolute URL.
  action = 2,
  method = 3,
  /// `data-appizer`; "false" also where something around the form says so.
  wish = 4,
  /// `data-appizer-app-id`
  app = 5,
  /// Where the page is.
  url = 6,
  /// What the button says that submits it. In the form of `FieldFact::words`.
  submitter = 7,
  count = 8,
};

/// Where a fact is compared with words it is in lower case, without accents, and with the words of
/// camelCase apart (the glue, who has Unicode's tables, sees to that).
enum class FieldFact : std::uint8_t {
  /// As the DOM has it, for elements that are no `input` too: "select-one", "textarea".
  type = 0,
  /// As it is in the page, or the id.
  name = 1,
  autocomplete = 2,
  /// Name and id, with a '|' between them.
  words = 3,
  /// The label, or what stands beside the field.
  label = 4,
  placeholder = 5,
  /// The name of the group that it is in: a legend.
  group = 6,
  /// The value of `data-appizer-field`.
  key = 7,
  /// Not empty where it, or something around it, has `data-appizer-ignore`.
  ignored = 8,
  count = 9,
};

/// Texts separated by NUL.
class Texts {
 public:
  explicit Texts(View all) : rest_(all) {}

  bool more() const { return more_; }
  View next() {
    more_ = rest_.find('\0') != View::npos;
    return take_until(rest_, '\0');
  }

 private:
  View rest_;
  bool more_ = true;
};

/// So many texts, by the names that `Fact` has for them.
template <typename Fact>
class Facts {
 public:
  Facts() = default;
  explicit Facts(Texts& from) {
    for (View& text : all_) text = from.next();
  }

  View operator[](Fact fact) const { return all_[static_cast<std::size_t>(fact)]; }
  View& operator[](Fact fact) { return all_[static_cast<std::size_t>(fact)]; }

 private:
  View all_[static_cast<std::size_t>(Fact::count)];
};

using FormFacts = Facts<FormFact>;
using Field = Facts<FieldFact>;

}  // namespace appizer
