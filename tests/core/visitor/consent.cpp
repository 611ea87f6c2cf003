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

TEST_CASE("pending calls are replayed once, in order", "[consent]") {
  PendingCalls waiting;
  waiting.add({PendingCall::event, "first", "", "", 1});
  waiting.add({PendingCall::user_id, "", "\"user_1\"", "", 2});
  const auto all = waiting.take();
  REQUIRE(all.size() == 2);
  CHECK(all[0].name == "first");
  CHECK(all[1].value == "\"user_1\"");
  CHECK(waiting.take().empty());
}

TEST_CASE("pending calls are bounded, and the oldest is dropped", "[consent]") {
  PendingCalls waiting;
  SECTION("by number") {
    for (std::size_t i = 0; i < PendingCalls::kMost + 3; ++i) {
      waiting.add({PendingCall::event, std::to_string(i), "", "", 0});
    }
    CHECK(waiting.dropped() == 3);
    CHECK(waiting.size() == PendingCalls::kMost);
    CHECK(waiting.take()[0].name == "3");
  }
  SECTION("by size") {
    for (int i = 0; i < 4; ++i) {
      waiting.add({PendingCall::event, std::to_string(i), std::string(200 * 1024, 'x'), "", 0});
    }
    CHECK(waiting.dropped() == 2);
    CHECK(waiting.take()[0].name == "2");
    CHECK(waiting.dropped() == 0);
  }
}
