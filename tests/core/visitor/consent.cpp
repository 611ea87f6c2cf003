#include "visitor/consent.h"

#include <optional>

#include "catch.hpp"

using namespace appizer;

namespace {

std::optional<Consent> named(View name) {
  Consent consent;
  return read_consent(name, consent) ? std::optional(consent) : std::nullopt;
}

}  // namespace

TEST_CASE("a state of consent has its documented name", "[consent]") {
  CHECK(named("granted") == Consent::granted);
  CHECK(named("pending") == Consent::pending);
  CHECK(named("denied") == Consent::denied);
  CHECK_FALSE(named("Granted"));
  CHECK_FALSE(named(""));
}
