// Keeps a page that tracks in a loop from using up its owner's quota.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/list.h"
#include "base/moment.h"
#include "base/text.h"

namespace appizer {

/// A bucket for each event name: `kAtOnce` events, then so many a second. No honest page meets it,
/// and no name is held back by another. What is above is suppressed, and counted exactly: in the
/// next event of that name that is recorded, and in reports.
class RateGuard {
 public:
  static constexpr double kAtOnce = 10000;
  /// Names that are counted separately; beyond that the one that was used least recently is
  /// forgotten.
  static constexpr std::size_t kNames = 100;
  /// A higher rate than this is none.
  static constexpr double kUnlimited = 1e6;
  /// From one report to the next.
  static constexpr Millis kReportEvery = 10 * kSecond;

  explicit RateGuard(double per_second) : per_second_(per_second) {}

  /// Whether one more event of this name may be recorded. If so, `suppressed` is how many were not
  /// since the last one.
  bool admit(View name, Millis now, std::uint32_t& suppressed);

  /// How many were suppressed since the last report, if one is due, or `all`.
  std::size_t take_report(Millis now, bool all);
  /// When a report is due.
  Millis next_wake() const { return unreported_ == 0 ? kNever : reported_ + kReportEvery; }

 private:
  struct Bucket {
    std::uint64_t name;  // its hash
    double tokens;
    Millis filled;
    std::uint32_t suppressed;
  };

  double per_second_;
  List<Bucket> buckets_;
  std::size_t unreported_ = 0;
  Millis reported_ = -kReportEvery;
};

}  // namespace appizer
