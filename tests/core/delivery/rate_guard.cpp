#include "delivery/rate_guard.h"

#include <string>

#include "catch.hpp"

using namespace appizer;

namespace {

struct Loop {
  explicit Loop(double rate = 10) : guard(rate) {}
  RateGuard guard;
  Millis now = 0;
  std::uint32_t suppressed = 0;
  std::size_t recorded = 0;
  std::size_t told = 0;

  void track(const std::string& name, int count = 1) {
    for (int i = 0; i < count; ++i) {
      std::uint32_t before = 0;
      if (guard.admit(name, now, before)) {
        ++recorded;
        told += before;
      } else {
        ++suppressed;
      }
    }
  }
};

}  // namespace

TEST_CASE("ten thousand events at once are recorded, and ten a second after that", "[rate_guard]") {
  Loop loop;
  loop.track("scrolled", 10000);
  CHECK(loop.recorded == 10000);
  for (int second = 0; second < 60; ++second) {
    loop.track("scrolled", 60);
    loop.now += kSecond;
  }
  CHECK(loop.recorded == 10000 + 59 * 10);
  CHECK(loop.suppressed == 3600 - 590);
  loop.track("scrolled");
  CHECK(loop.told == loop.suppressed);
}

TEST_CASE("another name is not held back", "[rate_guard]") {
  Loop loop;
  loop.track("scrolled", 20000);
  CHECK(loop.suppressed == 10000);
  loop.track("purchase_completed", 5);
  CHECK(loop.suppressed == 10000);
}

TEST_CASE("an infinite rate suppresses nothing", "[rate_guard]") {
  Loop loop(__builtin_inf());
  loop.track("scrolled", 30000);
  CHECK(loop.suppressed == 0);
  CHECK(loop.guard.next_wake() == kNever);
}

TEST_CASE("what was suppressed is reported exactly, every ten seconds", "[rate_guard]") {
  Loop loop;
  loop.track("scrolled", 10003);
  CHECK(loop.guard.take_report(loop.now, false) == 3);
  loop.track("scrolled", 4);
  CHECK(loop.guard.take_report(loop.now, false) == 0);
  CHECK(loop.guard.next_wake() == RateGuard::kReportEvery);
  CHECK(loop.guard.take_report(RateGuard::kReportEvery, false) == 4);
  loop.track("scrolled", 1);
  CHECK(loop.guard.take_report(RateGuard::kReportEvery, true) == 1);
  CHECK(loop.guard.next_wake() == kNever);
}

TEST_CASE("the number of names counted separately is bounded", "[rate_guard]") {
  Loop loop;
  loop.track("scrolled", 10000);
  for (std::size_t i = 0; i < 3 * RateGuard::kNames; ++i) {
    ++loop.now;
    loop.track("scrolled");
    loop.track("name_" + std::to_string(i));
  }
  CHECK(loop.suppressed > 200);
}
