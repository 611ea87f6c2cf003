#include "visitor/consent.h"

#include "base/text.h"

namespace appizer {

namespace {

// By their numbers.
constexpr char kNames[] = "granted pending denied";

}  // namespace

bool read_consent(View name, Consent& consent) { return choose(kNames, name, consent); }

View name_of(Consent consent) {
  View names = kNames;
  for (int i = static_cast<int>(consent); i > 0; --i) take_until(names, ' ');
  return take_until(names, ' ');
}

}  // namespace appizer
