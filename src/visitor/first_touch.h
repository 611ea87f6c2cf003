// Where a visitor came from, the very first time.
#pragma once

#include "base/text.h"
#include "effect.h"
#include "storage_keys.h"

namespace appizer {

/// The landing of the visitor's first visit: URL, referrer and campaign as a JSON object, as a
/// session keeps it (session.h). It is stored until another visitor is here.
class FirstTouch {
 public:
  explicit FirstTouch(View prefix) : key_(prefix + storage_keys::kFirstTouch) {}

  /// Asks for what storage has.
  void read(Effects& effects);
  /// Takes what storage has, an answer or another document's write. False: not its key.
  bool handle_storage_value(View key, View text);
  /// Where the session's landing was: it is stored if none is.
  void handle_landing(View landing, Effects& effects);
  /// Another visitor is here.
  void forget(Effects& effects);

  /// Empty while none is known.
  View landing() const { return landing_; }

 private:
  String key_;
  String landing_;
  bool known_ = false;
};

}  // namespace appizer
