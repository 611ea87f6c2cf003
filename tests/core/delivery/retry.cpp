#include "delivery/retry.h"

#include "catch.hpp"

using namespace appizer;

namespace {
constexpr std::uint32_t kLeast = 0;
constexpr std::uint32_t kMost = UINT32_MAX;
}  // namespace

TEST_CASE("the longest wait doubles up to five minutes, with a rest at 16 seconds", "[retry]") {
  Retry retry;
  for (const Millis window :
       {2000, 4000, 8000, 16000, 16000, 16000, 16000, 16000, 32000, 64000, 128000, 256000}) {
    CHECK(retry.after_failure(kMost) == window - 1);
  }
  for (int i = 0; i < 100; ++i) CHECK(retry.after_failure(kMost) == 5 * kMinute - 1);
}

TEST_CASE("a wait is drawn from the whole window, but is never too short", "[retry]") {
  Retry retry;
  retry.restore(3);
  const auto [draw, wait] = GENERATE(table<std::uint32_t, Millis>({
      {kLeast, 250},
      {1U << 26, 250},
      {1U << 30, 4000},
      {1U << 31, 8000},
      {3U << 30, 12000},
      {kMost, 15999},
  }));
  CHECK(retry.after_failure(draw) == wait);
}

TEST_CASE("a refusal is followed by a pause of at least half its window, up to an hour",
          "[retry]") {
  Retry retry;
  for (const Millis minutes : {1, 2, 4, 8, 16, 32, 60, 60}) {
    Retry other = retry;
    CHECK(other.after_refusal(kLeast) == minutes * kMinute / 2);
    CHECK(retry.after_refusal(kMost) == minutes * kMinute - 1);
  }
}

TEST_CASE("a success makes the next failure the first", "[retry]") {
  Retry retry;
  for (int i = 0; i < 5; ++i) retry.after_failure(kMost);
  CHECK(retry.failures() == 5);
  retry.after_success();
  CHECK(retry.failures() == 0);
  CHECK(retry.after_failure(kMost) == 1999);
}

TEST_CASE("a stored number of failures is believed within reason", "[retry]") {
  const auto [stored, taken] = GENERATE(table<std::int32_t, std::int32_t>(
      {{0, 0}, {3, 3}, {24, 24}, {25, 24}, {INT32_MAX, 24}, {-1, 0}, {INT32_MIN, 0}}));
  Retry retry;
  retry.restore(stored);
  CHECK(retry.failures() == taken);
  CHECK(retry.after_failure(kMost) < 5 * kMinute);
  CHECK(retry.failures() <= 24);
}
