#include "base/timers.h"

#include "catch.hpp"

using namespace appizer;

namespace {
enum class Purpose { send, renew, count };
}

TEST_CASE("nothing is due until something is set", "[timers]") {
  Timers<Purpose> timers;
  CHECK(timers.earliest() == kNever);
  CHECK_FALSE(timers.runs(Purpose::send));
  CHECK_FALSE(timers.take(Purpose::send, kNever - 1));
}

TEST_CASE("the earliest of several deadlines is the one to wake for", "[timers]") {
  Timers<Purpose> timers;
  timers.set(Purpose::send, 70);
  timers.set(Purpose::renew, 50);
  CHECK(timers.earliest() == 50);
  timers.stop(Purpose::renew);
  CHECK(timers.earliest() == 70);
}

TEST_CASE("a deadline is taken once, when its time has come", "[timers]") {
  Timers<Purpose> timers;
  timers.set(Purpose::send, 70);
  CHECK_FALSE(timers.take(Purpose::send, 69));
  CHECK(timers.runs(Purpose::send));
  CHECK(timers.take(Purpose::send, 70));
  CHECK_FALSE(timers.take(Purpose::send, 71));
  CHECK(timers.earliest() == kNever);
}
