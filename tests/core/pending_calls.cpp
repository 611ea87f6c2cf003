#include "pending_calls.h"

#include "catch.hpp"

using namespace appizer;

TEST_CASE("pending calls are replayed once, in order", "[pending_calls]") {
  PendingCalls calls;
  calls.add({PendingCall::event, "", "first", "", "", 1});
  calls.add({PendingCall::user_id, "", "user_1"});
  const auto all = calls.take();
  REQUIRE(all.size() == 2);
  CHECK(all[0].name == "first");
  CHECK(all[1].name == "user_1");
  CHECK(calls.take().empty());
}

TEST_CASE("pending calls are bounded, and the oldest is dropped", "[pending_calls]") {
  PendingCalls calls;
  SECTION("by number") {
    for (std::size_t i = 0; i < PendingCalls::kMost + 3; ++i) {
      calls.add({PendingCall::event, "", std::to_string(i)});
    }
    CHECK(calls.dropped() == 3);
    CHECK(calls.size() == PendingCalls::kMost);
    CHECK(calls.take()[0].name == "3");
  }
  SECTION("by size") {
    for (int i = 0; i < 4; ++i) {
      calls.add({PendingCall::event, std::string(200 * 1024, 'x'), std::to_string(i)});
    }
    CHECK(calls.dropped() == 2);
    CHECK(calls.take()[0].name == "2");
    CHECK(calls.dropped() == 0);
  }
}
