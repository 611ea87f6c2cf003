#include "delivery/rate_guard.h"

#include <utility>

#include "base/compare.h"
#include "base/hash.h"

namespace appizer {

bool RateGuard::admit(View name, Millis now, std::uint32_t& suppressed) {
  suppressed = 0;
  if (per_second_ > kUnlimited) return true;
  const auto hash = fnv1a<std::uint64_t>(name);
  Bucket* bucket = buckets_.find([&](const Bucket& one) { return one.name == hash; });
  if (bucket == nullptr) {
    if (buckets_.size() == kNames) {
      std::size_t oldest = 0;
      for (std::size_t i = 1; i < kNames; ++i) {
        if (buckets_[i].filled < buckets_[oldest].filled) oldest = i;
      }
      buckets_.erase(oldest);
    }
    bucket = &buckets_.push_back({hash, kAtOnce, now, 0});
  }
  const double refill = per_second_ * static_cast<double>(now - bucket->filled) / 1000;
  bucket->tokens = min(kAtOnce, bucket->tokens + refill);
  bucket->filled = now;
  if (bucket->tokens >= 1) {
    bucket->tokens -= 1;
    suppressed = std::exchange(bucket->suppressed, 0);
    return true;
  }
  ++bucket->suppressed;
  ++unreported_;
  return false;
}

std::size_t RateGuard::take_report(Millis now, bool all) {
  if (unreported_ == 0 || (!all && now < next_wake())) return 0;
  reported_ = now;
  return std::exchange(unreported_, 0);
}

}  // namespace appizer
