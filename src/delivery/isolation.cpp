#include "delivery/isolation.h"

#include <utility>

#include "base/compare.h"

namespace appizer {

void Isolation::handle_refusal() {
  misses_ = alone_ = rounds_ = 0;
  later_ = accused_ = false;
}

void Isolation::handle_success(std::size_t records, bool skipped) {
  // A smaller one says nothing of the size.
  if (records >= missed_) misses_ = 0;
  rounds_ = 0;
  if (std::exchange(later_, false) && skipped) {
    accused_ = true;
    return;
  }
  alone_ = 0;
  accused_ = false;
  if (cap_ < kBatch && ++passed_ >= kPassed) {
    passed_ = 0;
    cap_ = min(cap_ * 2, kBatch);
  }
  most_ = min(most_ * 2, cap_);
}

Isolation::Verdict Isolation::handle_failure(std::size_t records, std::uint32_t number,
                                             bool skipped, std::size_t waiting, bool silent) {
  passed_ = 0;
  if (skipped) {
    later_ = false;
    alone_ = 0;
    ++probes_;
    ++rounds_;
    return Verdict::none;
  }
  const Verdict another = rounds_ == 0 ? Verdict::searching : Verdict::none;
  if (records > 1) {
    const int patience = cap_ < kBatch ? 1 : silent ? kSilences : kRefusals;
    missed_ = records;
    if (++misses_ < patience) return Verdict::none;
    misses_ = 0;
    most_ = cap_ = records / 2;
    return another;
  }
  // It is not the size.
  cap_ = kBatch;
  most_ = 1;
  misses_ = 0;
  if (std::exchange(suspect_, number) != number) {
    alone_ = 0;
    later_ = accused_ = false;
  }
  if (std::exchange(accused_, false)) {
    alone_ = 0;
    return Verdict::at_fault;
  }
  if (++alone_ < kAlone || waiting < 2) return Verdict::none;
  later_ = true;
  return another;
}

}  // namespace appizer
